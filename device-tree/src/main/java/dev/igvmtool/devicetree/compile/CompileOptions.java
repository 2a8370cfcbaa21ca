package dev.igvmtool.devicetree.compile;

import dev.igvmtool.devicetree.lint.Levels;
import dev.igvmtool.devicetree.live.PhandleFormat;
import java.util.OptionalLong;

/**
 * What the user may choose of the making of a tree.
 *
 * @param symbols true to add {@code __symbols__}, so that overlays can refer to labels (dtc: {@code -@})
 * @param aliases true to add an alias for each label (dtc: {@code -A})
 * @param sorted true to sort nodes, properties and reservations (dtc: {@code -s})
 * @param forced true to make the tree in spite of errors of checks (dtc: {@code -f})
 * @param phandles the properties that nodes get (dtc: {@code -H})
 * @param bootCpuid hardware id of the boot processor, 32 bits; absent to take that of the tree (dtc: {@code -b})
 * @param levels which checks warn and which are errors (dtc: {@code -W}, {@code -E})
 */
public record CompileOptions(
        boolean symbols,
        boolean aliases,
        boolean sorted,
        boolean forced,
        PhandleFormat phandles,
        OptionalLong bootCpuid,
        Levels levels) {
    /** What dtc does without options. */
    public static CompileOptions standard() {
        return new CompileOptions(false, false, false, false, PhandleFormat.EPAPR, OptionalLong.empty(), new Levels());
    }

    /** The same with {@code __symbols__} or without. */
    public CompileOptions withSymbols(boolean wanted) {
        return new CompileOptions(wanted, aliases, sorted, forced, phandles, bootCpuid, levels);
    }
}
