package dev.igvmtool.host.loader;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the SNP firmware is told before the first page.
 *
 * @param policy of the guest
 * @param vmsas initial states, each with its page and VP index
 * @param idBlock what the firmware compares the launch with
 */
public record SnpLaunch(long policy, List<VpContext> vmsas, Optional<SnpIdBlock> idBlock) {
    public SnpLaunch {
        vmsas = List.copyOf(vmsas);
    }

    /**
     * Collects it from a file.
     *
     * @throws LoadException if there is no policy, or more than one policy or ID block
     */
    static SnpLaunch of(IgvmFile file, int compatibilityMask) {
        List<GuestPolicy> policies = new ArrayList<>();
        for (InitializationHeader header : file.initializations()) {
            if (header instanceof GuestPolicy policy && policy.appliesTo(compatibilityMask)) {
                policies.add(policy);
            }
        }
        List<VpContext> vmsas = new ArrayList<>();
        List<SnpIdBlock> blocks = new ArrayList<>();
        for (Directive directive : file.directives()) {
            if (!directive.appliesTo(compatibilityMask)) {
                continue;
            }
            if (directive instanceof VpContext vmsa) {
                vmsas.add(vmsa);
            } else if (directive instanceof SnpIdBlock block) {
                blocks.add(block);
            }
        }
        if (policies.size() != 1 || blocks.size() > 1) {
            throw new LoadException(String.format(
                    "%d guest policies and %d ID blocks for SNP, expected one policy and at most one block",
                    policies.size(), blocks.size()));
        }
        return new SnpLaunch(policies.get(0).policy(), vmsas, blocks.stream().findFirst());
    }

    /** For the timeline. */
    String describe() {
        return String.format(
                "policy 0x%x, %d VMSA, %s", policy, vmsas.size(), idBlock.isPresent() ? "ID block" : "no ID block");
    }
}
