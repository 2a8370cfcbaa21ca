package dev.igvmtool.host.hostile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.compile.CompileOptions;
import dev.igvmtool.devicetree.compile.TreeCompiler;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.devicetree.source.SourceFiles;
import java.util.List;

/** The device tree of a host that lies about it. */
public final class TreeLies {
    private TreeLies() {}

    /**
     * The tree with all lies told, in their order.
     *
     * @throws FormatException if source text of a lie does not fit the tree
     */
    public static Bytes tell(Bytes truth, List<Lie> lies) {
        Bytes tree = truth;
        for (Lie lie : lies) {
            if (lie instanceof Lie.TreeSource it) {
                tree = merge(tree, it.source());
            } else if (lie instanceof Lie.TreeBytes it) {
                tree = overwrite(tree, it.offset(), it.value());
            } else if (lie instanceof Lie.TreeSize it) {
                tree = resize(tree, it.sizeBytes());
            }
        }
        return tree;
    }

    /** The boot processor's id stands in the header, of which source text knows nothing. */
    private static Bytes merge(Bytes tree, String source) {
        Fdt before = Fdt.parse(tree);
        String text = Dts.decompile(before) + "\n" + source + "\n";
        LiveTree merged = new TreeCompiler(CompileOptions.standard())
                .source("device tree of the plan", Bytes.utf8(text), SourceFiles.NONE)
                .require();
        merged.setBootCpuidPhys(before.bootCpuidPhys());
        return FdtWriter.write(merged.toFdt());
    }

    private static Bytes overwrite(Bytes tree, int offset, Bytes value) {
        byte[] changed =
                resize(tree, Math.max(tree.size(), offset + value.size())).toByteArray();
        value.copyTo(0, changed, offset, value.size());
        return Bytes.wrap(changed);
    }

    private static Bytes resize(Bytes tree, int sizeBytes) {
        byte[] changed = new byte[sizeBytes];
        tree.copyTo(0, changed, 0, Math.min(sizeBytes, tree.size()));
        return Bytes.wrap(changed);
    }
}
