package dev.igvmtool.builder.manifest;

import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Node;
import java.util.Optional;

/** Refuses what our own form can say but the image would not show: better to ask than to ignore it. */
final class Effects {
    private Effects() {}

    /** @param node the whole guest configuration, for places */
    static void check(GuestArch arch, GuestConfig config, Node node) {
        Image image = config.image();
        if (image instanceof Image.Linux linux && linux.payload().commandLine().size() > 0) {
            throw without(
                    node,
                    "command_line",
                    "an image 'linux' has nobody to hand it to",
                    "image",
                    "linux",
                    "command_line");
        }
        if (arch == GuestArch.AARCH64
                && image instanceof Image.Openhcl openhcl
                && openhcl.linux().isPresent()
                && openhcl.linux().get().commandLine().size() > 0) {
            throw without(
                    node,
                    "command_line",
                    "nothing is told of a kernel for VTL0 on aarch64",
                    "image",
                    "openhcl",
                    "linux",
                    "command_line");
        }
        if (config.isolation() instanceof IsolationConfig.Snp snp) {
            checkSnp(config, snp, node);
        }
    }

    private static void checkSnp(GuestConfig config, IsolationConfig.Snp snp, Node node) {
        if (config.image() instanceof Image.SnpLinuxDirect
                && snp.sharedGpaBoundaryBits().isPresent()) {
            throw without(
                    node,
                    "shared_gpa_boundary_bits",
                    "an image 'snp_linux_direct' has no boundary",
                    "isolation",
                    "snp",
                    "shared_gpa_boundary_bits");
        }
        if (!config.withParavisor() && snp.secureAvic()) {
            throw without(
                    node, "secure_avic", "only a paravisor (max_vtl 2) uses it", "isolation", "snp", "secure_avic");
        }
    }

    /** @param path field names from the node to the field; {@code isolation} has two names */
    private static DocumentException without(Node node, String field, String reason, String... path) {
        Node at = node;
        for (String step : path) {
            Optional<Node> next = member(at, step);
            if (next.isEmpty() && step.equals("isolation")) {
                next = member(at, "isolation_type");
            }
            at = next.orElse(at);
        }
        return DocumentException.at(at.place(), "'" + field + "' would have no effect: " + reason);
    }

    private static Optional<Node> member(Node node, String key) {
        return node instanceof Node.Mapping mapping
                ? mapping.members().stream()
                        .filter(it -> it.key().equals(key))
                        .map(Node.Member::value)
                        .findFirst()
                : Optional.empty();
    }

    /** @param node the manifest's {@code resources} */
    static void checkResources(Manifest manifest, Node node) {
        for (Node.Member member : ((Node.Mapping) node).members()) {
            ResourceKey key = ResourceKey.of(member.key()).orElseThrow();
            boolean used = manifest.guestConfigs().stream()
                    .anyMatch(config -> ResourceNeeds.used(manifest.guestArch(), config.image())
                            .contains(key));
            if (!used) {
                throw DocumentException.at(member.place(), "resource '" + key + "' is used by no guest config");
            }
        }
    }
}
