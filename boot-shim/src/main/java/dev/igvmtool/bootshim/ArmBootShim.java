package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.stream.Stream;

/**
 * The boot shim of AArch64: {@link BootShim} with the same decisions and another processor. It has no sidecar, no serial
 * port and no isolation.
 *
 * <p>At entry X0 is the distance of the {@link dev.igvmtool.abi.shim.ShimParams} page from the image base. At the
 * kernel's entry translation is off, X0 is the address of the device tree, and X1 to X3 are zero.
 */
public final class ArmBootShim implements Program {
    private static final int NUMBER = 0x101;

    @Override
    public String name() {
        return "boot-shim-arm64";
    }

    @Override
    public int number() {
        return NUMBER;
    }

    @Override
    public Architecture architecture() {
        return Architecture.AARCH64;
    }

    @Override
    public List<Step> steps() {
        return Stream.of(
                        ArmEntrySteps.steps(),
                        ArmTopologySteps.steps(),
                        ArmHandoverSteps.steps(),
                        ArmPanicSteps.steps(),
                        ArmVectors.steps())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Bytes constants() {
        return constants(ShimPlacement.REFERENCE);
    }

    /** The placement, and then the exception vectors, whose alignment depends on it. */
    public static Bytes constants(ShimPlacement placement) {
        return ArmVectors.constants(placement, new ArmBootShim().steps());
    }

    @Override
    public ImageLayout layout() {
        return ShimLayout.IMAGE;
    }
}
