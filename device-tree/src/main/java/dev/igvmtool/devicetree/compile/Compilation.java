package dev.igvmtool.devicetree.compile;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import java.util.List;
import java.util.Optional;

/**
 * What came of a compilation.
 *
 * @param name of the input, for messages without a place
 * @param tree what was made; absent if there are errors
 * @param messages errors and warnings, in the order in which they were found
 * @param messagesLeftOut how many more there were
 * @param files that were read besides the input, in the order of reading
 */
public record Compilation(
        String name, Optional<LiveTree> tree, List<Message> messages, long messagesLeftOut, List<String> files) {
    public Compilation {
        messages = List.copyOf(messages);
        files = List.copyOf(files);
    }

    /**
     * The tree.
     *
     * @throws FormatException if there is none; its message is the first error
     */
    public LiveTree require() {
        return tree.orElseThrow(() -> new FormatException(messages.stream()
                .filter(message -> message.severity() == Severity.ERROR)
                .findFirst()
                .map(message -> message.line(name))
                .orElse(name + ": too many messages")));
    }
}
