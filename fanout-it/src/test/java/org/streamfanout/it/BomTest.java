package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The bill of materials lists what is published, and only that; every jar is a named module. */
class BomTest {
  @Test
  void bom_publishedModules_areExactlyThese() throws Exception {
    assertThat(new TreeSet<>(listed())).isEqualTo(new TreeSet<>(published(Repository.ROOT)));
  }

  @Test
  void bom_noModuleTwice_inOneVersion() throws Exception {
    assertThat(listed()).doesNotHaveDuplicates();
    NodeList versions = pom(Repository.file("bom")).getElementsByTagName("version");
    assertThat(versions.item(0).getTextContent())
        .isEqualTo(child(pom(Repository.ROOT).getDocumentElement(), "version"));
  }

  @Test
  void modules_thatMakeAJar_haveTheirOwnModuleName() throws Exception {
    List<String> names = moduleNames(Repository.ROOT);

    assertThat(names).hasSizeGreaterThan(10).doesNotHaveDuplicates();
    assertThat(names).allMatch(name -> name.startsWith("org.streamfanout."));
  }

  private static List<String> moduleNames(Path folder) throws Exception {
    Element project = pom(folder).getDocumentElement();
    List<String> names = new ArrayList<>();
    NodeList modules = project.getElementsByTagName("module");
    for (int index = 0; index < modules.getLength(); index++) {
      names.addAll(moduleNames(folder.resolve(modules.item(index).getTextContent())));
    }
    if (!"pom".equals(child(project, "packaging")) && isOurs(project)) {
      NodeList name = project.getElementsByTagName("moduleName");
      names.add(name.getLength() == 0 ? folder + " has none" : name.item(0).getTextContent());
    }
    return names;
  }

  /** An example of somebody else's build has a group of its own. */
  private static boolean isOurs(Element project) {
    return child(project, "groupId") == null;
  }

  private static List<String> listed() throws Exception {
    List<String> artifacts = new ArrayList<>();
    NodeList dependencies = pom(Repository.file("bom")).getElementsByTagName("dependency");
    for (int index = 0; index < dependencies.getLength(); index++) {
      artifacts.add(child((Element) dependencies.item(index), "artifactId"));
    }
    return artifacts;
  }

  /** A module is published unless its pom says that it is never deployed. */
  private static List<String> published(Path folder) throws Exception {
    Element project = pom(folder).getDocumentElement();
    List<String> artifacts = new ArrayList<>();
    NodeList modules = project.getElementsByTagName("module");
    for (int index = 0; index < modules.getLength(); index++) {
      artifacts.addAll(published(folder.resolve(modules.item(index).getTextContent())));
    }
    NodeList skip = project.getElementsByTagName("maven.deploy.skip");
    boolean deployed = skip.getLength() == 0 || !skip.item(0).getTextContent().equals("true");
    if (!"pom".equals(child(project, "packaging")) && deployed) {
      artifacts.add(child(project, "artifactId"));
    }
    return artifacts;
  }

  private static Document pom(Path folder) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(folder.resolve("pom.xml").toFile());
  }

  private static String child(Element parent, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals(name)) {
        return node.getTextContent();
      }
    }
    return null;
  }
}
