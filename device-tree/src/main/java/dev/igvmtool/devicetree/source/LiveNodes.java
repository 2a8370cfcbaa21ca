package dev.igvmtool.devicetree.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Walks a tree in order, past deleted nodes; the children of a node are looked up after it was handed out. */
final class LiveNodes implements Iterator<SourceNode> {
    private final Deque<SourceNode> left = new ArrayDeque<>();
    private List<SourceNode> children = List.of();

    LiveNodes(SourceNode root) {
        left.push(root);
    }

    @Override
    public boolean hasNext() {
        for (int i = children.size() - 1; i >= 0; i--) {
            if (!children.get(i).deleted) {
                left.push(children.get(i));
            }
        }
        children = List.of();
        return !left.isEmpty();
    }

    @Override
    public SourceNode next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        SourceNode node = left.pop();
        children = node.children;
        return node;
    }
}
