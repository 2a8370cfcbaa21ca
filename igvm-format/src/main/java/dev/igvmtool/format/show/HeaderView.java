package dev.igvmtool.format.show;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PlatformHeader;
import dev.igvmtool.format.wire.HeaderNumber;
import dev.igvmtool.format.wire.VariableHeaderType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One variable header with its fields as texts. Texts are printable: numbers, names of this program, hexadecimal bytes;
 * nothing is taken from the file as it is.
 *
 * @param index of the header in the file, from 0
 * @param section {@code platform}, {@code initialization} or {@code directive}
 * @param type number in the file
 * @param name of the type; {@code UNKNOWN} for others
 * @param fields texts by name, in the order of the file
 */
public record HeaderView(int index, String section, int type, String name, Map<String, String> fields) {
    public HeaderView {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** One view for each header, in file order. */
    public static List<HeaderView> of(IgvmFile file) {
        List<HeaderView> views = new ArrayList<>();
        HeaderFields fields = new HeaderFields(file);
        for (PlatformHeader header : file.platforms()) {
            views.add(view(views.size(), "platform", header, header.accept(fields)));
        }
        for (InitializationHeader header : file.initializations()) {
            views.add(view(views.size(), "initialization", header, header.accept(fields)));
        }
        for (Directive header : file.directives()) {
            views.add(view(views.size(), "directive", header, header.accept(fields)));
        }
        return views;
    }

    private static HeaderView view(int index, String section, Header header, Map<String, String> fields) {
        int type = HeaderNumber.of(header);
        return new HeaderView(index, section, type, nameOf(header), fields);
    }

    static String nameOf(Header header) {
        return VariableHeaderType.of(HeaderNumber.of(header))
                .map(VariableHeaderType::name)
                .orElse("UNKNOWN");
    }

    /** {@code NAME field value field value ...}. */
    public String line() {
        StringBuilder line = new StringBuilder(name);
        fields.forEach(
                (field, text) -> line.append("  ").append(field).append(' ').append(text));
        return line.toString();
    }
}
