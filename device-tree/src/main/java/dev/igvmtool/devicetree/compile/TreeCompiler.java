package dev.igvmtool.devicetree.compile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.lint.Lint;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Phandles;
import dev.igvmtool.devicetree.source.DeviceTreeSource;
import dev.igvmtool.devicetree.source.SourceFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a device tree of source text or of another tree: the language, checks, numbering of phandles and tables for
 * overlays of dtc 1.6.1, so that {@link FdtWriter} gives the same bytes. Input comes from outside: memory and stack are
 * bounded.
 *
 * <pre>{@code
 * TreeCompiler compiler = new TreeCompiler(CompileOptions.standard());
 * LiveTree tree = compiler.source("board.dts", source, new SourceFolder(folder, List.of())).require();
 * Bytes blob = FdtWriter.write(tree.toFdt());
 * }</pre>
 */
public final class TreeCompiler {
    private final CompileOptions options;

    public TreeCompiler(CompileOptions options) {
        this.options = options;
    }

    /**
     * Compiles source text.
     *
     * @param name of the source, for messages; included files are looked for beside it
     * @param text bytes of the text
     * @param files where included files come from
     */
    public Compilation source(String name, Bytes text, SourceFiles files) {
        Budget budget = new Budget();
        Messages messages = new Messages();
        List<String> found = new ArrayList<>();
        SourceFiles recorded = (wanted, includer, limitBytes) -> {
            SourceFiles.Found file = files.find(wanted, includer, limitBytes);
            found.add(file.name());
            return file;
        };
        Optional<LiveTree> tree = DeviceTreeSource.read(name, text, recorded, budget, messages);
        return finish(name, tree, budget, messages, found);
    }

    /**
     * Makes the tree of a blob or folder anew.
     *
     * @param name of the input, for messages
     */
    public Compilation tree(String name, Fdt tree) {
        Messages messages = new Messages();
        Optional<LiveTree> live = Optional.empty();
        try {
            live = Optional.of(LiveTree.of(tree));
        } catch (FormatException e) {
            messages.add(general(Severity.ERROR, e.getMessage()));
        }
        return finish(name, live, new Budget(), messages, List.of());
    }

    private Compilation finish(
            String name, Optional<LiveTree> read, Budget budget, Messages messages, List<String> files) {
        Optional<LiveTree> tree = read;
        try {
            if (tree.isPresent() && !complete(tree.orElseThrow(), budget, messages)) {
                tree = Optional.empty();
            }
        } catch (FormatException e) {
            messages.add(general(Severity.ERROR, e.getMessage()));
            tree = Optional.empty();
        }
        return new Compilation(name, tree, messages.all(), messages.leftOut(), files);
    }

    private static Message general(Severity severity, String text) {
        return new Message(severity, Optional.empty(), List.of(), "", text);
    }

    /** False if there are errors, and the user does not want the tree in spite of them. */
    private boolean complete(LiveTree tree, Budget budget, Messages messages) {
        options.bootCpuid().ifPresent(tree::setBootCpuidPhys);
        Phandles phandles = new Phandles(options.phandles());
        if (!new Lint(tree, phandles, options.levels(), options.symbols(), budget, messages).run()) {
            if (!options.forced()) {
                return false;
            }
            messages.add(general(Severity.WARNING, "the tree has errors and is made nevertheless"));
        }
        LinkTables tables = new LinkTables(tree, phandles, budget, messages);
        if (options.aliases()) {
            tables.addAliases();
        }
        if (options.symbols()) {
            tables.addSymbols();
        }
        if (tree.isPlugin()) {
            tables.addFixups();
        }
        if (options.sorted()) {
            tree.sort();
        }
        return true;
    }
}
