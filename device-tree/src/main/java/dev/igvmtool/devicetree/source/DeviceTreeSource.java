package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import dev.igvmtool.devicetree.live.Messages;
import dev.igvmtool.devicetree.live.Place;
import java.util.List;
import java.util.Optional;

/** Source text: the language of dtc 1.6.1, read into a tree whose references are not resolved yet. */
public final class DeviceTreeSource {
    private DeviceTreeSource() {}

    /**
     * Reads source text and the files that it includes. Text comes from outside: memory and stack are bounded.
     *
     * @param name of the source, for messages; included files are looked for beside it
     * @param files where included files come from
     * @param budget what reading takes from
     * @param messages gets what is wrong
     * @return the tree; absent if there are errors
     */
    public static Optional<LiveTree> read(
            String name, Bytes source, SourceFiles files, Budget budget, Messages messages) {
        // Before anything is made of it: the source may be larger than memory.
        if (source.size() > budget.remainingSource()) {
            messages.add(error(
                    List.of(), "source of " + source.size() + " bytes, expected at most " + budget.remainingSource()));
            return Optional.empty();
        }
        budget.source(source.size());
        Lexer lexer = new Lexer(new Input(name, source), files, budget, messages);
        try {
            LiveTree tree = new SourceParser(lexer, budget, messages).parse();
            tree.guessBootCpuid();
            return messages.hasErrors() ? Optional.empty() : Optional.of(tree);
        } catch (SourceError e) {
            messages.error(e.place, e.getMessage());
        } catch (FormatException e) {
            messages.add(error(List.of(lexer.place()), e.getMessage()));
        }
        return Optional.empty();
    }

    private static Message error(List<Place> places, String text) {
        return new Message(Severity.ERROR, Optional.empty(), places, "", text);
    }
}
