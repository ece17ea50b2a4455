package org.streamfanout.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A call in AWS' query protocol, which the SDK speaks with SNS: a form in, XML out. */
final class QueryCall implements ServiceCall {
  private static final Pattern MEMBER =
      Pattern.compile("PublishBatchRequestEntries\\.member\\.(\\d+)\\.(.+)");
  private static final String EMPTY_ANSWER =
      "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
          + "<PublishBatchResult><Successful/><Failed/></PublishBatchResult>"
          + "<ResponseMetadata><RequestId>by-the-fault-proxy</RequestId></ResponseMetadata>"
          + "</PublishBatchResponse>";

  private final Map<String, String> common = new LinkedHashMap<>();
  private final List<Map<String, String>> members = new ArrayList<>();

  QueryCall(HttpMessage request) {
    Map<Integer, Map<String, String>> byNumber = new TreeMap<>();
    String form = new String(request.body(), StandardCharsets.UTF_8);
    for (String pair : form.split("&")) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        continue;
      }
      String name = decode(pair.substring(0, equals));
      String value = decode(pair.substring(equals + 1));
      Matcher member = MEMBER.matcher(name);
      if (member.matches()) {
        byNumber
            .computeIfAbsent(Integer.valueOf(member.group(1)), number -> new LinkedHashMap<>())
            .put(member.group(2), value);
      } else {
        common.put(name, value);
      }
    }
    members.addAll(byNumber.values());
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public AwsService service() {
    return AwsService.SNS;
  }

  @Override
  public String action() {
    return common.getOrDefault("Action", "");
  }

  @Override
  public String contentType() {
    return "text/xml";
  }

  @Override
  public int entries() {
    return members.size();
  }

  @Override
  public byte[] bodyWith(List<Integer> places) {
    StringBuilder form = new StringBuilder();
    common.forEach((name, value) -> append(form, name, value));
    for (int index = 0; index < places.size(); index++) {
      String prefix = "PublishBatchRequestEntries.member." + (index + 1) + ".";
      members.get(places.get(index)).forEach((name, value) -> append(form, prefix + name, value));
    }
    return form.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder form, String name, String value) {
    form.append(form.length() == 0 ? "" : "&")
        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  @Override
  public byte[] compose(
      byte @Nullable [] answer, List<Integer> forwarded, Map<Integer, EntryError> failed)
      throws IOException {
    try {
      byte[] given = answer != null ? answer : EMPTY_ANSWER.getBytes(StandardCharsets.UTF_8);
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(given));
      Map<String, EntryError> byId = new LinkedHashMap<>();
      failed.forEach((place, error) -> byId.put(members.get(place).getOrDefault("Id", ""), error));
      removeMembers(list(document, "Successful"), byId.keySet());
      Element failures = list(document, "Failed");
      byId.forEach((id, error) -> addFailure(document, failures, id, error));
      return write(document);
    } catch (ParserConfigurationException | SAXException | TransformerException e) {
      throw new IOException("the server's answer to " + action() + " is no XML", e);
    }
  }

  private static Element list(Document document, String name) throws IOException {
    NodeList found = document.getElementsByTagName(name);
    if (found.getLength() > 0) {
      return (Element) found.item(0);
    }
    NodeList results = document.getElementsByTagName("PublishBatchResult");
    if (results.getLength() == 0) {
      throw new IOException("the server's answer holds no PublishBatchResult");
    }
    return (Element) results.item(0).appendChild(document.createElement(name));
  }

  private static void removeMembers(Element list, Set<String> ids) {
    Set<Node> unwanted = new HashSet<>();
    NodeList all = list.getElementsByTagName("Id");
    for (int index = 0; index < all.getLength(); index++) {
      if (ids.contains(all.item(index).getTextContent())) {
        unwanted.add(all.item(index).getParentNode());
      }
    }
    unwanted.forEach(list::removeChild);
  }

  private static void addFailure(Document document, Element failures, String id, EntryError error) {
    Node member = failures.appendChild(document.createElement("member"));
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("Id", id);
    parts.put("Code", error.code());
    parts.put("Message", error.message());
    parts.put("SenderFault", String.valueOf(error.senderFault()));
    parts.forEach(
        (name, text) ->
            member
                .appendChild(document.createElement(name))
                .appendChild(document.createTextNode(text)));
  }

  private static byte[] write(Document document) throws TransformerException {
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter text = new StringWriter();
    transformer.transform(new DOMSource(document), new StreamResult(text));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public HttpMessage error(AwsService.ServiceError error) {
    String text =
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>"
            + (error.status() < 500 ? "Sender" : "Receiver")
            + "</Type><Code>"
            + escape(error.code())
            + "</Code><Message>"
            + escape(error.message())
            + "</Message></Error><RequestId>by-the-fault-proxy</RequestId></ErrorResponse>";
    return HttpMessage.response(
        error.status(),
        Map.of("content-type", contentType()),
        text.getBytes(StandardCharsets.UTF_8));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
