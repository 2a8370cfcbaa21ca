package dev.igvmtool.devicetree.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Walks a tree in order, past deleted nodes; the children of a node are looked up after it was handed out. */
final class LiveNodes implements Iterator<LiveNode> {
    private final Deque<LiveNode> left = new ArrayDeque<>();
    private LiveNode last;

    LiveNodes(LiveNode root) {
        left.push(root);
        last = new LiveNode("");
    }

    @Override
    public boolean hasNext() {
        List<LiveNode> children = last.children();
        for (int i = children.size() - 1; i >= 0; i--) {
            left.push(children.get(i));
        }
        last = new LiveNode("");
        return !left.isEmpty();
    }

    @Override
    public LiveNode next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        last = left.pop();
        return last;
    }
}
