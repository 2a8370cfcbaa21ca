package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.binary.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Pages by page number, as a tree of 512-way nodes whose parts are shared with snapshots. A node or page may be changed
 * in place only by the epoch that made it; taking a snapshot starts a new epoch. Absent pages are zero.
 */
final class PageTree {
    static final int PAGE = 4096;
    static final int FAN_OUT_BITS = 9;
    static final int FAN_OUT = 1 << FAN_OUT_BITS;
    static final int INNER_LEVELS = 4;

    /** A node above the leaves; children are nodes, on the lowest inner level leaves. */
    static final class Node {
        final long epoch;
        final @Nullable Object[] children;

        Node(long epoch, @Nullable Object[] children) {
            this.epoch = epoch;
            this.children = children;
        }
    }

    /** 512 pages: 2 MiB. A page is an array, or backed by immutable bytes until it is touched, or absent. */
    static final class Leaf {
        final long epoch;
        final byte[] @Nullable [] pages;

        /** One bit per page that this leaf has to itself; the others may belong to snapshots too. */
        private final long[] owned = new long[FAN_OUT / Long.SIZE];

        @Nullable
        Bytes @Nullable [] backing;

        /** One bit per page whose changes are counted; null if there is none. */
        long @Nullable [] watched;

        Leaf(long epoch) {
            this.epoch = epoch;
            this.pages = new byte[FAN_OUT][];
        }

        Leaf(long epoch, Leaf source) {
            this.epoch = epoch;
            this.pages = source.pages.clone();
            this.backing = source.backing == null ? null : source.backing.clone();
            this.watched = source.watched == null ? null : source.watched.clone();
        }

        /** True if the page may be changed in place, as long as the leaf may. */
        boolean owns(int index) {
            return (owned[index >> 6] & 1L << index) != 0;
        }

        void setOwned(int index, boolean value) {
            long bit = 1L << index;
            owned[index >> 6] = value ? owned[index >> 6] | bit : owned[index >> 6] & ~bit;
        }

        boolean isWatched(int index) {
            return watched != null && (watched[index >> 6] & 1L << index) != 0;
        }
    }

    private Node root;
    private long epoch;
    private long lastEpoch;
    private long watchedChanges;

    // The leaf used last, one each for reading and for writing.
    private long readLeafIndex = -1;
    private @Nullable Leaf readLeaf;
    private long writeLeafIndex = -1;
    private @Nullable Leaf writeLeaf;

    PageTree() {
        epoch = 1;
        lastEpoch = 1;
        root = new Node(epoch, new Object[FAN_OUT]);
    }

    /** A tree with a content that {@link #snapshot} of any tree returned. */
    static PageTree copyOf(Object snapshot) {
        PageTree copy = new PageTree();
        copy.root = (Node) snapshot;
        // Epochs of another tree may be as high: none of its nodes is this tree's to change.
        copy.lastEpoch = Long.MIN_VALUE;
        copy.startEpoch();
        return copy;
    }

    /** The present content, to be handed to {@link #restore}. */
    Object snapshot() {
        Node content = root;
        startEpoch();
        return content;
    }

    /** Goes back to a content that {@link #snapshot} returned. */
    void restore(Object snapshot) {
        root = (Node) snapshot;
        watchedChanges++;
        startEpoch();
    }

    /** The content of a page, to be read only; null if the page is zero. */
    byte @Nullable [] readable(long pageNumber) {
        Leaf leaf = leafForReading(pageNumber >>> FAN_OUT_BITS);
        if (leaf == null) {
            return null;
        }
        int index = (int) pageNumber & FAN_OUT - 1;
        byte[] page = leaf.pages[index];
        if (page == null && leaf.backing != null) {
            Bytes backing = leaf.backing[index];
            if (backing != null) {
                // The array says the same as the backing, so this may happen in a node that a snapshot shares; the
                // leaf does not own it, which keeps it from being written in place.
                page = new byte[PAGE];
                backing.copyTo(0, page, 0, backing.size());
                leaf.pages[index] = page;
                leaf.setOwned(index, false);
            }
        }
        return page;
    }

    /** Counts changes of a page from now on. */
    void watch(long pageNumber) {
        Leaf leaf = leafForReading(pageNumber >>> FAN_OUT_BITS);
        int index = (int) pageNumber & FAN_OUT - 1;
        if (leaf != null && !leaf.isWatched(index)) {
            // A node that a snapshot shares may say so too; at worst a change is counted without need.
            long[] bits = leaf.watched == null ? new long[FAN_OUT / Long.SIZE] : leaf.watched;
            bits[index >> 6] |= 1L << index;
            leaf.watched = bits;
        }
    }

    /** A number that grows whenever a watched page may have changed. */
    long watchedChanges() {
        return watchedChanges;
    }

    /** The content of a page, to be changed in place. */
    byte[] writable(long pageNumber) {
        Leaf leaf = leafForWriting(pageNumber >>> FAN_OUT_BITS);
        int index = (int) pageNumber & FAN_OUT - 1;
        if (leaf.isWatched(index)) {
            watchedChanges++;
        }
        byte[] page = leaf.pages[index];
        if (page != null && leaf.owns(index)) {
            return page;
        }
        if (page != null) {
            page = page.clone();
        } else {
            page = new byte[PAGE];
            Bytes backing = leaf.backing == null ? null : leaf.backing[index];
            if (backing != null) {
                backing.copyTo(0, page, 0, backing.size());
            }
        }
        if (leaf.backing != null) {
            leaf.backing[index] = null;
        }
        leaf.pages[index] = page;
        leaf.setOwned(index, true);
        return page;
    }

    /** Gives a page the content of {@code content}, at most one page, without copying; the rest is zero. */
    void back(long pageNumber, Bytes content) {
        Leaf leaf = leafForWriting(pageNumber >>> FAN_OUT_BITS);
        int index = (int) pageNumber & FAN_OUT - 1;
        if (leaf.isWatched(index)) {
            watchedChanges++;
        }
        if (leaf.backing == null) {
            leaf.backing = new Bytes[FAN_OUT];
        }
        leaf.backing[index] = content;
        leaf.pages[index] = null;
    }

    /** Makes a page zero. */
    void clear(long pageNumber) {
        if (leafForReading(pageNumber >>> FAN_OUT_BITS) == null) {
            return;
        }
        Leaf leaf = leafForWriting(pageNumber >>> FAN_OUT_BITS);
        int index = (int) pageNumber & FAN_OUT - 1;
        if (leaf.isWatched(index)) {
            watchedChanges++;
        }
        leaf.pages[index] = null;
        if (leaf.backing != null) {
            leaf.backing[index] = null;
        }
    }

    private void startEpoch() {
        lastEpoch++;
        epoch = lastEpoch;
        readLeafIndex = -1;
        readLeaf = null;
        writeLeafIndex = -1;
        writeLeaf = null;
    }

    private @Nullable Leaf leafForReading(long leafIndex) {
        if (leafIndex == readLeafIndex) {
            return readLeaf;
        }
        Node node = root;
        Leaf found = null;
        for (int level = INNER_LEVELS - 1; level >= 0; level--) {
            Object child = node.children[index(leafIndex, level)];
            if (child == null) {
                break;
            }
            if (level == 0) {
                found = (Leaf) child;
            } else {
                node = (Node) child;
            }
        }
        readLeafIndex = leafIndex;
        readLeaf = found;
        return found;
    }

    private Leaf leafForWriting(long leafIndex) {
        Leaf last = writeLeaf;
        if (leafIndex == writeLeafIndex && last != null) {
            return last;
        }
        if (root.epoch != epoch) {
            root = new Node(epoch, root.children.clone());
        }
        Node node = root;
        for (int level = INNER_LEVELS - 1; level > 0; level--) {
            int index = index(leafIndex, level);
            Node child = (Node) node.children[index];
            if (child == null) {
                child = new Node(epoch, new Object[FAN_OUT]);
                node.children[index] = child;
            } else if (child.epoch != epoch) {
                child = new Node(epoch, child.children.clone());
                node.children[index] = child;
            }
            node = child;
        }
        int index = index(leafIndex, 0);
        Leaf leaf = (Leaf) node.children[index];
        if (leaf == null) {
            leaf = new Leaf(epoch);
            node.children[index] = leaf;
        } else if (leaf.epoch != epoch) {
            leaf = new Leaf(epoch, leaf);
            node.children[index] = leaf;
        }
        if (readLeafIndex == leafIndex) {
            readLeaf = leaf;
        }
        writeLeafIndex = leafIndex;
        writeLeaf = leaf;
        return leaf;
    }

    private static int index(long leafIndex, int level) {
        return (int) (leafIndex >>> level * FAN_OUT_BITS) & FAN_OUT - 1;
    }
}
