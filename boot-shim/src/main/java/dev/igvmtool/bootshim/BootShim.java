package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.stream.Stream;

/**
 * The boot shim: takes the image as loaded, leaves a kernel ready to run. One step for each event of the boot-flow
 * timeline that applies to x64 in a build without logging of confidential guests: S07 and S44 are empty. See openvmm,
 * openhcl/openhcl_boot/src/main.rs.
 *
 * <p>At entry RSI is the distance of the {@link dev.igvmtool.abi.shim.ShimParams} page from the image base. At the
 * kernel's entry RSI is the address of the {@link dev.igvmtool.abi.linux.BootParams} page.
 */
public final class BootShim implements Program {
    private static final int NUMBER = 1;

    @Override
    public String name() {
        return "boot-shim";
    }

    @Override
    public int number() {
        return NUMBER;
    }

    @Override
    public List<Step> steps() {
        return Stream.of(
                        EntrySteps.steps(),
                        TopologySteps.steps(),
                        IsolationSteps.steps(),
                        SidecarSteps.steps(),
                        HandoverSteps.steps(),
                        PanicSteps.steps())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Bytes constants() {
        return ShimPlacement.CODEC.toBytes(ShimPlacement.REFERENCE);
    }

    @Override
    public ImageLayout layout() {
        return ShimLayout.IMAGE;
    }
}
