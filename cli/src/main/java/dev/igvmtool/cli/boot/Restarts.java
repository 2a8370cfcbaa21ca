package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.GetPort;
import dev.igvmtool.host.worker.GetPort.Phase;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.Optional;

/** Restarts of VTL2 that a boot is to do, and when the next one is due. */
final class Restarts {
    /** What VTL0 does before each restart: steps, and exits to VTL2. */
    private static final int PROGRESS = 8;

    private static final int GUID_BYTES = 16;

    private final IgvmFile image;
    private final VmConfig config;
    private final int wanted;
    private int requested;
    private int done;
    private int progress;

    /** @param image what to load */
    Restarts(int wanted, IgvmFile image, VmConfig config) {
        this.image = image;
        this.config = config;
        this.wanted = wanted;
    }

    /** @throws IgvmToolException if the VM cannot do any */
    void check(VirtualMachine vm) {
        if (wanted > 0 && vm.channel().isEmpty()) {
            throw new IgvmToolException("VTL2 cannot be restarted: "
                    + (vm.plan().vtl() == 0
                            ? "the image has none"
                            : "a VM with " + config.isolation() + " isolation does not give its state to its host"));
        }
    }

    /** Restarts done. */
    int done() {
        return done;
    }

    /** VTL0 goes on. */
    void observe(MachineEvent event) {
        if (event instanceof MachineEvent.StepRetired step && step.vtl() == 0
                || event instanceof MachineEvent.Intercept exit && exit.fromVtl() == 0) {
            progress++;
        }
    }

    /** True if there is something to do before the machine goes on. */
    boolean isDue(VirtualMachine vm) {
        Phase phase = phase(vm);
        return phase == Phase.SAVED
                || phase == Phase.SAVE_FAILED
                || phase == Phase.RUNNING && requested < wanted && progress >= PROGRESS;
    }

    /** True if there is still something to do although the machine has come to rest. */
    boolean isPending(VirtualMachine vm) {
        return isDue(vm) || phase(vm) == Phase.RUNNING && requested < wanted;
    }

    /** Does it: asks for the state, or reloads VTL2 and returns the VM with that. */
    Optional<VirtualMachine> act(VirtualMachine vm) {
        GetPort channel = vm.channel().orElseThrow();
        if (channel.phase() == Phase.SAVED) {
            done++;
            progress = 0;
            return Optional.of(vm.reloadVtl2(image, config));
        }
        if (channel.phase() == Phase.SAVE_FAILED) {
            throw new IgvmToolException("VTL2 could not save its state, so it is not replaced");
        }
        requested++;
        Bytes correlation = new ByteWriter()
                .u32(requested)
                .zeros(GUID_BYTES - Integer.BYTES)
                .toBytes();
        if (!channel.requestSave(correlation)) {
            throw new IgvmToolException("VTL2 does not listen to its host any more, so it is not replaced");
        }
        return Optional.empty();
    }

    /** Why not all restarts have been done; empty if they have. */
    Optional<String> missing(VirtualMachine vm) {
        if (done == wanted) {
            return Optional.empty();
        }
        String done = "VTL2 was restarted " + this.done + " times of " + wanted + ": ";
        return Optional.of(done
                + switch (phase(vm)) {
                    case STARTING -> "it has not told its host that VTL0 runs";
                    case RUNNING -> "VTL0 had not gone on far enough";
                    case SAVING, SAVED, SAVE_FAILED -> "it has not given its state to its host";
                });
    }

    private static Phase phase(VirtualMachine vm) {
        return vm.channel().map(GetPort::phase).orElse(Phase.STARTING);
    }
}
