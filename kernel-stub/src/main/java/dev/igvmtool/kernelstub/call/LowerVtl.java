package dev.igvmtool.kernelstub.call;

import dev.igvmtool.kernelstub.host.Platform;

/** The step that enters the lower VTL, by platform. */
public final class LowerVtl {
    /** By the hypervisor's sequence. */
    public static final String RETURN = "vtl-return";
    /** The hypervisor runs the VMPL of the lower VTL. */
    public static final String VMPL = "run-vmpl";
    /** The module of a trust domain enters a partition. */
    public static final String PARTITION = "enter-partition";

    private LowerVtl() {}

    /** The name of the step. */
    public static String step(Platform platform) {
        if (platform instanceof Platform.Snp) {
            return VMPL;
        }
        return platform instanceof Platform.Td ? PARTITION : RETURN;
    }
}
