package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Architecture;
import java.util.List;
import java.util.Optional;

/**
 * What the decisions depend on, as read from guest memory.
 *
 * @param architecture for which the shim was built
 * @param imported what the launch filled, in the order of the image's list
 * @param persisted state of a previous instance of VTL2; only without isolation
 */
public record ShimInputs(
        Architecture architecture,
        ShimImage image,
        TreeIsolation isolation,
        CommandLinePage measuredCommandLine,
        HostTree hostTree,
        List<Imported> imported,
        Optional<SavedState> persisted) {
    public ShimInputs {
        imported = List.copyOf(imported);
    }

    /**
     * A range that the launch filled.
     *
     * @param accepted false for pages that are shared at launch
     */
    public record Imported(GpaRange range, boolean accepted) {}

    /**
     * Reads the host's tree from its area.
     *
     * @throws ShimFatalException if there is none, or it is not as it must be
     */
    public static HostTree readHostTree(Bytes area) {
        if (area.isEmpty() || area.get(0) == 0) {
            throw new ShimFatalException("the host gave no device tree");
        }
        try {
            return HostTree.parse(area);
        } catch (FormatException e) {
            throw new ShimFatalException(e.getMessage(), e);
        }
    }

    /** The command line of image and host. */
    public CommandLinePlan commandLine() {
        return CommandLinePlan.of(measuredCommandLine, hostTree.commandLine(), isolation, PlanLog.SILENT);
    }

    /** True if the platform itself keeps the host out. */
    public boolean hardwareIsolated() {
        return isolation == TreeIsolation.SNP || isolation == TreeIsolation.TDX;
    }
}
