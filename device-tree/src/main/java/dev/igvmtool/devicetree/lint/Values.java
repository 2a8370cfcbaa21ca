package dev.igvmtool.devicetree.lint;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.devicetree.live.LiveNode;
import dev.igvmtool.devicetree.live.LiveProperty;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The value of a property as checks read it.
 *
 * @param bytes big endian
 */
record Values(Bytes bytes) {
    static Values of(LiveProperty property) {
        return new Values(property.value().toBytes());
    }

    /** The only cell of a property of a node; absent if there is no such property, or its value is no cell. */
    static Optional<Integer> cell(LiveNode node, String property) {
        return node.property(property)
                .map(Values::of)
                .filter(value -> value.bytes.size() == Integer.BYTES)
                .map(value -> value.cell(0));
    }

    int size() {
        return bytes.size();
    }

    /** Whole cells. */
    int cells() {
        return bytes.size() / Integer.BYTES;
    }

    boolean isWholeCells() {
        return bytes.size() % Integer.BYTES == 0;
    }

    /** The cell at {@code index}; 0 if it is not there. */
    int cell(int index) {
        return index < cells() ? bytes.asBuffer().order(ByteOrder.BIG_ENDIAN).getInt(index * Integer.BYTES) : 0;
    }

    /** Text up to the first NUL or the end. */
    String text() {
        String all = new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
        int nul = all.indexOf('\0');
        return nul < 0 ? all : all.substring(0, nul);
    }

    /** True for text with its NUL at the end and none before. */
    boolean isOneString() {
        return !bytes.isEmpty() && text().length() == bytes.size() - 1;
    }

    /** True for any number of texts, each with its NUL. */
    boolean isStringList() {
        return bytes.isEmpty() || bytes.u8(bytes.size() - 1) == 0;
    }

    /** True if one of a list of texts is {@code wanted}. */
    boolean contains(String wanted) {
        String all = '\0' + new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1) + '\0';
        return all.contains('\0' + wanted + '\0');
    }
}
