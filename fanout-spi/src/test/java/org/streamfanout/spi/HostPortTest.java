package org.streamfanout.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPortTest {
  @Test
  void parse_hostsAndPorts_areRead() {
    assertThat(HostPort.parse("Cache.Example.com:6379"))
        .contains(new HostPort("cache.example.com", 6379));
    assertThat(HostPort.parse("localhost", 80)).contains(new HostPort("localhost", 80));
    assertThat(HostPort.parse("10.0.255.1:1")).contains(new HostPort("10.0.255.1", 1));
    assertThat(HostPort.parse("[::1]:65535")).contains(new HostPort("[::1]", 65_535));
    assertThat(HostPort.parse("my.ng.0001.euw1.cache.amazonaws.com:6379")).isPresent();
  }

  @Test
  void parse_anythingElse_isNone() {
    List<String> others =
        List.of(
            "",
            "host",
            "host:",
            ":80",
            "host:0",
            "host:65536",
            "host:123456",
            "a b:80",
            "a@b:80",
            "http://a:80",
            "a/b:80",
            "a#b:80",
            "a?b:80",
            "a\\b:80",
            "a%2e:80",
            "h\u00f6st:80",
            "\u0430pple.com:80",
            "a..b:80",
            "-a:80",
            "a-:80",
            ".a:80",
            "a.:80",
            "host:80 ",
            " host:80",
            "host:80\n",
            "2130706433:80",
            "0x7f000001:80",
            "127.1:80",
            "0177.0.0.1:80",
            "256.1.1.1:80",
            "1.2.3.4.5:80",
            "a.0x7f:80",
            "[::1:80",
            "::1:80",
            "[fe80::1%25eth0]:80",
            "a,b:80",
            "*:80",
            "a_b:80",
            "x".repeat(64) + ":80",
            "a.".repeat(127) + "com:80");
    for (String other : others) {
      assertThat(HostPort.parse(other)).as(other).isEmpty();
    }
  }

  @Test
  void of_url_takesItsPortOrItsSchemesOwn() {
    assertThat(HostPort.of(URI.create("https://a.b/c"))).contains(new HostPort("a.b", 443));
    assertThat(HostPort.of(URI.create("http://a.b"))).contains(new HostPort("a.b", 80));
    assertThat(HostPort.of(URI.create("http://a.b:81/?q"))).contains(new HostPort("a.b", 81));
    assertThat(HostPort.of(URI.create("ftp://a.b"))).isEmpty();
    assertThat(HostPort.of(URI.create("http://user@a.b"))).isEmpty();
    assertThat(HostPort.of(URI.create("http:a.b"))).isEmpty();
    assertThat(HostPort.of(URI.create("/a"))).isEmpty();
  }

  @Test
  void isListedIn_hostAloneStandsForEveryPort() {
    HostPort one = new HostPort("a.b", 81);

    assertThat(one.isListedIn("x, A.B ,y")).isTrue();
    assertThat(one.isListedIn("a.b:80,a.b:81")).isTrue();
    assertThat(one.isListedIn("a.b:80")).isFalse();
    assertThat(one.isListedIn("b,a,.b,*.b,a.b.c,http://a.b")).isFalse();
    assertThat(one.isListedIn("")).isFalse();
  }

  @Test
  void new_noHostOrPort_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new HostPort("a b", 80));
    assertThatIllegalArgumentException().isThrownBy(() -> new HostPort("a", 0));
  }
}
