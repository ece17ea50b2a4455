package org.streamfanout.core.internal.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a JSON document is made of, without its values, as Event Ruler sees it: a dot in a name
 * reads as a level, and a name that is there twice counts twice. Not changed once it is read.
 */
final class DocumentShape {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final DocumentShape SCALAR = new DocumentShape(Kind.SCALAR);

  /** Members of one name that cannot be read as one object. */
  private enum Kind {
    SCALAR,
    ARRAY,
    OBJECT,
    REPEATED
  }

  private final Kind kind;
  private final List<DocumentShape> elements = new ArrayList<>(0);
  private final Map<String, DocumentShape> members = new LinkedHashMap<>(0);

  private DocumentShape(Kind kind) {
    this.kind = kind;
  }

  /**
   * Reads a document.
   *
   * @throws IOException if it is no JSON, or nests deeper than Jackson reads
   */
  static DocumentShape of(String json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      return read(parser);
    }
  }

  private static DocumentShape read(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      DocumentShape array = new DocumentShape(Kind.ARRAY);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.elements.add(read(parser));
      }
      return array;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return SCALAR;
    }
    DocumentShape object = new DocumentShape(Kind.OBJECT);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      object.add(name, read(parser));
    }
    return object;
  }

  private void add(String name, DocumentShape value) {
    DocumentShape added = value;
    int dot = name.indexOf('.');
    if (dot >= 0) {
      added = new DocumentShape(Kind.OBJECT);
      added.add(name.substring(dot + 1), value);
    }
    members.merge(dot < 0 ? name : name.substring(0, dot), added, DocumentShape::join);
  }

  private static DocumentShape join(DocumentShape first, DocumentShape second) {
    if (first.kind == Kind.OBJECT && second.kind == Kind.OBJECT) {
      DocumentShape both = new DocumentShape(Kind.OBJECT);
      both.members.putAll(first.members);
      second.members.forEach((name, value) -> both.members.merge(name, value, DocumentShape::join));
      return both;
    }
    DocumentShape both =
        new DocumentShape(
            first.kind == Kind.SCALAR && second.kind == Kind.SCALAR ? Kind.ARRAY : Kind.REPEATED);
    both.elements.add(first);
    both.elements.add(second);
    return both;
  }

  /** Returns how many values there are, each once and once more for each array around it. */
  long values(long most) {
    return values(1, most);
  }

  private long values(int arrays, long most) {
    if (kind == Kind.SCALAR) {
      return arrays;
    }
    long sum = 0;
    for (DocumentShape each : kind == Kind.OBJECT ? members.values() : elements) {
      sum += each.values(kind == Kind.OBJECT ? arrays : arrays + 1, most);
      if (sum > most) {
        return sum;
      }
    }
    return sum;
  }

  /**
   * Returns how many combinations of values there are for the fields; {@code most + 1} stands for
   * any number above {@code most}. Elements of an array are alternatives, members of an object are
   * combined.
   */
  long combinations(FilterFields fields, long most) {
    if (fields.isLeaf() && kind == Kind.OBJECT) {
      return 1;
    }
    return Math.min(most + 1, counted(fields, most));
  }

  private long counted(FilterFields fields, long most) {
    return switch (kind) {
      case SCALAR -> 1;
      case OBJECT -> {
        long product = 1;
        for (Map.Entry<String, FilterFields> field : fields.members().entrySet()) {
          DocumentShape value = members.get(field.getKey());
          if (value != null && product <= most) {
            product *= value.combinations(field.getValue(), most);
          }
        }
        yield product;
      }
      case ARRAY -> {
        long sum = 0;
        for (DocumentShape element : elements) {
          sum += element.combinations(fields, most);
          if (sum > most) {
            break;
          }
        }
        yield Math.max(1, sum);
      }
      case REPEATED -> {
        long product = 1;
        for (DocumentShape each : elements) {
          if (product <= most) {
            product *= 1 + each.combinations(fields, most);
          }
        }
        yield product;
      }
    };
  }
}
