package dev.opsagent.authority;

import dev.opsagent.authority.SharedDocument.Node;
import dev.opsagent.authority.SharedDocument.Unreadable;
import dev.opsagent.protocol.Json;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Makes a tree of XML, without document types and entities. */
final class XmlTree {
  private final XMLStreamReader reader;

  private XmlTree(XMLStreamReader reader) {
    this.reader = reader;
  }

  static Node of(byte[] bytes) throws Unreadable {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
      return new XmlTree(reader).root();
    } catch (XMLStreamException broken) {
      throw new Unreadable("not well-formed");
    }
  }

  private Node root() throws XMLStreamException, Unreadable {
    Map<String, Node> root = new LinkedHashMap<>();
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
        throw new Unreadable("has a document type");
      }
      if (event == XMLStreamConstants.START_ELEMENT) {
        root.put(name(), element(0));
      }
    }
    return new Node.Keys(root);
  }

  private String name() {
    String prefix = reader.getPrefix();
    boolean plain = prefix == null || prefix.isEmpty();
    return plain ? reader.getLocalName() : prefix + ":" + reader.getLocalName();
  }

  private Node element(int depth) throws XMLStreamException, Unreadable {
    if (depth > Json.MAX_NESTING) {
      throw new Unreadable("too deep");
    }
    Map<String, List<Node>> inner = new LinkedHashMap<>();
    attributes(inner);
    StringBuilder text = new StringBuilder();
    int event = reader.next();
    while (event != XMLStreamConstants.END_ELEMENT) {
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> add(inner, name(), element(depth + 1));
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getText());
        case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> {}
        default -> throw new Unreadable("has an entity");
      }
      event = reader.next();
    }
    return node(inner, text.toString().strip());
  }

  private void attributes(Map<String, List<Node>> inner) {
    for (int i = 0; i < reader.getNamespaceCount(); i++) {
      String uri = String.valueOf(reader.getNamespaceURI(i));
      add(inner, "@xmlns:" + reader.getNamespacePrefix(i), new Node.Value(uri));
    }
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      String value = reader.getAttributeValue(i);
      add(inner, "@" + reader.getAttributeName(i), new Node.Value(value));
    }
  }

  private static void add(Map<String, List<Node>> inner, String name, Node node) {
    inner.computeIfAbsent(name, _ -> new ArrayList<>()).add(node);
  }

  private static Node node(Map<String, List<Node>> inner, String text) {
    if (inner.isEmpty()) {
      return new Node.Value(text);
    }
    Map<String, Node> nodes = new LinkedHashMap<>();
    inner.forEach((name, all) ->
        nodes.put(name, all.size() == 1 ? all.getFirst() : new Node.Items(List.copyOf(all))));
    if (!text.isEmpty()) {
      nodes.put("#text", new Node.Value(text));
    }
    return new Node.Keys(nodes);
  }
}
