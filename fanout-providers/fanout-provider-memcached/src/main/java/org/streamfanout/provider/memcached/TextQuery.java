package org.streamfanout.provider.memcached;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.streamfanout.spi.HostPort;

/**
 * Asks a server something that Folsom has no method for, on a connection of its own, and returns
 * the text before {@code END}.
 */
final class TextQuery extends SimpleChannelInboundHandler<ByteBuf> {
  private static final String END = "END\r\n";
  private static final Pattern ERROR =
      Pattern.compile("(?:ERROR|(?:CLIENT|SERVER)_ERROR.*)\r\n", Pattern.DOTALL);

  /** An answer longer than this is none. */
  private static final int LONGEST = 1 << 20;

  private final CompletableFuture<String> answer;
  private final StringBuilder text = new StringBuilder();

  private TextQuery(CompletableFuture<String> answer) {
    this.answer = answer;
  }

  /** Sends a command, without its line's end. Cancelling the answer ends the connection. */
  static CompletableFuture<String> ask(
      HostPort address, boolean tls, EventLoopGroup threads, String command) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    ChannelFuture connecting =
        new Bootstrap()
            .group(threads)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls) {
                      channel.pipeline().addLast(new SslHandler(MemcachedTls.engine(address)));
                    }
                    channel.pipeline().addLast(new TextQuery(answer));
                  }
                })
            .connect(address.host(), address.port());
    ChannelFuture watched =
        connecting.addListener(
            (ChannelFutureListener)
                done -> {
                  if (done.isSuccess()) {
                    ChannelFuture written =
                        done.channel()
                            .writeAndFlush(
                                Unpooled.copiedBuffer(command + "\r\n", StandardCharsets.US_ASCII));
                  } else {
                    answer.completeExceptionally(done.cause());
                  }
                });
    CompletableFuture<String> closing =
        answer.whenComplete(
            (text, error) -> {
              ChannelFuture closed = watched.channel().close();
            });
    return answer;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
    text.append(bytes.toString(StandardCharsets.ISO_8859_1));
    if (text.length() > LONGEST) {
      answer.completeExceptionally(new IOException("the answer has no end"));
    } else if (ERROR.matcher(text).matches()) {
      answer.completeExceptionally(new IOException("the server does not know the question"));
    } else if (text.toString().endsWith("\r\n" + END)) {
      answer.complete(text.substring(0, text.length() - END.length()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.completeExceptionally(new IOException("the connection was lost"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    answer.completeExceptionally(cause);
  }
}
