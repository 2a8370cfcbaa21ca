package dev.igvmtool.devicetree.check;

import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.Node;
import java.util.Optional;

/** Whom a tree is for. */
public enum TreeKind {
    /** The host made it for the boot shim. */
    HOST,
    /** The boot shim made it for the kernel and the paravisor. */
    KERNEL,
    /** Any other: only what holds for every tree is checked. */
    OTHER;

    /** Only the shim writes {@code isolation-type}; host and shim both write {@code /openhcl}. */
    public static TreeKind of(Fdt tree) {
        Optional<Node> openhcl = tree.root().child("openhcl");
        if (openhcl.isEmpty()) {
            return OTHER;
        }
        boolean kernel = openhcl.orElseThrow().find("isolation-type").isPresent()
                || !openhcl.orElseThrow().childrenOf("memory").isEmpty();
        return kernel ? KERNEL : HOST;
    }
}
