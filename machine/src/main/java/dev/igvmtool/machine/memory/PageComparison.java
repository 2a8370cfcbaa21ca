package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.memory.PageTree.Leaf;
import dev.igvmtool.machine.memory.PageTree.Node;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Compares two contents of a {@link PageTree}. Parts that they share are not looked at. */
final class PageComparison {
    /** An array of references of 4 bytes, with its header. */
    private static final int NODE_BYTES = PageTree.FAN_OUT * 4 + 48;

    private static final int PAGE_BYTES = PageTree.PAGE + 16;
    private static final byte[] ZERO = new byte[PageTree.PAGE];

    private final LongStream.Builder changed = LongStream.builder();
    private long newBytes;

    private PageComparison() {}

    /** Compares contents that {@link PageTree#snapshot} returned. */
    static PageComparison of(Object earlier, Object later) {
        PageComparison comparison = new PageComparison();
        comparison.nodes((Node) earlier, (Node) later, PageTree.INNER_LEVELS - 1, 0);
        return comparison;
    }

    /** Numbers of the pages whose content differs, ascending. */
    long[] changedPages() {
        return changed.build().toArray();
    }

    /** About how much memory the later content takes besides what it shares with the earlier one. */
    long newBytes() {
        return newBytes;
    }

    @SuppressWarnings("ReferenceEquality") // Shared nodes are equal without a look.
    private void nodes(@Nullable Node earlier, @Nullable Node later, int level, long prefix) {
        if (earlier == later) {
            return;
        }
        newBytes += later == null ? 0 : NODE_BYTES;
        for (int i = 0; i < PageTree.FAN_OUT; i++) {
            Object before = earlier == null ? null : earlier.children[i];
            Object after = later == null ? null : later.children[i];
            long number = prefix << PageTree.FAN_OUT_BITS | i;
            if (level > 0) {
                nodes((Node) before, (Node) after, level - 1, number);
            } else {
                leaves((Leaf) before, (Leaf) after, number);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void leaves(@Nullable Leaf earlier, @Nullable Leaf later, long prefix) {
        if (earlier == later) {
            return;
        }
        newBytes += later == null ? 0 : later.backing == null ? NODE_BYTES : 2 * NODE_BYTES;
        for (int i = 0; i < PageTree.FAN_OUT; i++) {
            byte[] before = earlier == null ? null : earlier.pages[i];
            byte[] after = later == null ? null : later.pages[i];
            if (after != null && after != before) {
                newBytes += PAGE_BYTES;
            }
            if (differ(before, backing(earlier, i), after, backing(later, i))) {
                changed.add(prefix << PageTree.FAN_OUT_BITS | i);
            }
        }
    }

    private static @Nullable Bytes backing(@Nullable Leaf leaf, int index) {
        return leaf == null || leaf.backing == null ? null : leaf.backing[index];
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean differ(
            byte @Nullable [] before,
            @Nullable Bytes backedBefore,
            byte @Nullable [] after,
            @Nullable Bytes backedAfter) {
        boolean same = before != null ? before == after : after == null && backedBefore == backedAfter;
        return !same && !Arrays.equals(content(before, backedBefore), content(after, backedAfter));
    }

    private static byte[] content(byte @Nullable [] page, @Nullable Bytes backing) {
        if (page != null) {
            return page;
        }
        return backing == null ? ZERO : backing.paddedTo(PageTree.PAGE).toByteArray();
    }
}
