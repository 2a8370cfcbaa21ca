package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.SavePiece;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.paravisor.exit.GuestDevices;
import dev.igvmtool.paravisor.saved.SavedDevices;
import dev.igvmtool.paravisor.saved.SavedMemory;
import dev.igvmtool.paravisor.saved.SavedUnits;
import java.util.Optional;

/**
 * VTL0 has stopped: the state of devices and VPs is collected, the layout of memory is left to the next boot shim, and the
 * state is given to the host (events V03, V04 and V07); the next instance takes it back. There are no devices to release
 * and no logs to flush (V05, V06).
 */
final class SaveSteps {
    /** The first step. */
    static final String FIRST = "read-stop-time";

    private static final String NEXT_VP = "save-vp";
    private static final String PERSIST = "open-persisted-region";
    private static final String SEND = "send-state";
    private static final String AWAIT_ANSWER = "await-state-answer";
    private static final String STOP_SIDECAR_VP = "stop-sidecar-vp";
    private static final String AWAIT_SIDECAR_VP = "await-sidecar-vp";
    private static final int NO_FIRMWARE = 3;
    private static final int REFERENCE_TICKS_PER_MICROSECOND = 10;

    private SaveSteps() {}

    static void add(StepList steps) {
        steps.step(FIRST, process -> PartitionSteps.getRegisters(process, RegisterName.TIME_REF_COUNT))
                .event("V03", "save-devices", SaveSteps::saveDevices)
                .step(NEXT_VP, SaveSteps::mapVp)
                .step("vp-mapped", SaveSteps::saveVp)
                .step("vp-saved", process -> process.cpu().jumpTo(NEXT_VP))
                .step(STOP_SIDECAR_VP, SaveSteps::stopSidecarVp)
                .step(AWAIT_SIDECAR_VP, SaveSteps::awaitSidecarVp)
                .step("sidecar-vp-stopped", SaveSteps::sidecarVpStopped)
                .step("await-sidecar-vp-again", process -> process.cpu().jumpTo(AWAIT_SIDECAR_VP))
                .step(PERSIST, process -> process.open(KernelFiles.MEM, OpenFlags.RDWR | OpenFlags.CLOEXEC, 0))
                .step("map-persisted-region", SaveSteps::mapRegion)
                .event("V04", "write-persisted-state", SaveSteps::writePersistedState)
                .step("begin-sending", process -> process.set(Variable.POSITION, 0))
                .event("V07", SEND, SaveSteps::send)
                .step("state-sent", process -> process.result("send state to the host"))
                .step(AWAIT_ANSWER, process -> new HostChannel(process).receive())
                .step("state-taken", SaveSteps::taken);
    }

    private static void saveDevices(ParavisorProcess process) {
        process.hypercallSuccess("read the reference time");
        long stopTime = process.cpu().memory().readU64(process.at(DataLayout.OUTPUT));
        StateBuffer state = new StateBuffer(process);
        state.clear();
        state.append(new SavedUnits.Init(NO_FIRMWARE, stopTime).piece());
        GuestDevices devices = process.cpu().kept(GuestDevices.class).orElse(GuestDevices.RESET);
        state.append(new SavedUnits.Unit(SavedDevices.NAME, SavedDevices.encode(devices)).piece());
        process.set(Variable.INDEX, 0);
    }

    private static void mapVp(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        int vp = process.getInt(Variable.INDEX);
        if (vp == process.getInt(Variable.VP_COUNT)) {
            process.cpu().jumpTo(PERSIST);
        } else if (inputs.online().contains(vp)) {
            process.map(
                    DataLayout.PAGE,
                    process.get(Variable.VTL_FILE),
                    (MshvIoctl.RUN_PAGE_OFFSET + vp) * DataLayout.PAGE);
        } else {
            process.cpu().jumpTo(STOP_SIDECAR_VP);
        }
    }

    private static void stopSidecarVp(ParavisorProcess process) {
        int vp = process.getInt(Variable.INDEX);
        if (new StoppedVps(process).contains(vp)) {
            save(process, vp, new SidecarTable(process).commandPage(vp).cpuContext());
            process.cpu().jumpTo(NEXT_VP);
            return;
        }
        process.ioctl(new SidecarTable(process).nodeOf(vp).file(), MshvIoctl.SIDECAR_STOP, vp);
    }

    /** The device tells of each VP that has stopped, once; those that had an exit of their own come among them. */
    private static void awaitSidecarVp(ParavisorProcess process) {
        int vp = process.getInt(Variable.INDEX);
        process.cpu()
                .systemCall(
                        Syscall.READ,
                        new SidecarTable(process).nodeOf(vp).file(),
                        process.at(DataLayout.BUFFER),
                        Integer.BYTES);
    }

    private static void sidecarVpStopped(ParavisorProcess process) {
        if (process.rawResult() == Errno.EAGAIN.result()) {
            process.cpu().systemCall(Syscall.SCHED_YIELD);
            return;
        }
        process.result("wait for a sidecar CPU");
        new StoppedVps(process).add((int) process.cpu().memory().readU32(process.at(DataLayout.BUFFER)));
        process.cpu().jumpTo(STOP_SIDECAR_VP);
    }

    private static void saveVp(ParavisorProcess process) {
        long page = process.result("map a run page");
        int vp = process.getInt(Variable.INDEX);
        save(process, vp, new RunPage(process.cpu().memory(), page).cpuContext());
        process.unmap(page, DataLayout.PAGE);
    }

    /** A VP that has not run yet has nothing in the registers that VTLs share. */
    private static void save(ParavisorProcess process, int vp, Bytes context) {
        if (!context.isZero()) {
            new StateBuffer(process).append(new SavedUnits.Unit(unit(vp), context).piece());
        }
        process.set(Variable.INDEX, vp + 1);
    }

    /** Name of the unit of a VP. */
    private static String unit(long vp) {
        return "vp/" + vp;
    }

    /** What an earlier instance left of the registers that VTLs share, for a run page or a command page. */
    static Optional<Bytes> savedContext(ParavisorProcess process, long vp) {
        Optional<Bytes> context = new StateBuffer(process).restored(unit(vp));
        if (context.isPresent() && context.get().size() != RunPage.CPU_CONTEXT_BYTES) {
            throw new ParavisorFailure(String.format(
                    "saved registers of VP %d have 0x%x bytes, expected 0x%x",
                    vp, context.get().size(), RunPage.CPU_CONTEXT_BYTES));
        }
        return context;
    }

    private static GpaRange region(ParavisorProcess process, MemoryVtlType type) {
        return new Inputs(process)
                .tree().partition().stream()
                        .filter(piece -> piece.type() == type)
                        .map(BootTree.PartitionMemory::range)
                        .findFirst()
                        .orElseThrow(() -> new ParavisorFailure("boot tree has no memory of type " + type.value()));
    }

    private static void mapRegion(ParavisorProcess process) {
        long file = process.result("open " + KernelFiles.MEM);
        GpaRange header = region(process, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER);
        GpaRange payload = region(process, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF);
        process.map(payload.end() - header.start(), file, header.start());
    }

    /** The payload first: a header is a promise that there is one. */
    private static void writePersistedState(ParavisorProcess process) {
        long gva = process.result("map the persisted region");
        GpaRange header = region(process, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER);
        GpaRange payload = region(process, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF);
        Bytes content = SavedMemory.of(new Inputs(process).tree()).encode();
        if (content.size() > payload.size()) {
            throw new ParavisorFailure(
                    "persisted state has " + content.size() + " bytes, its region " + payload.size());
        }
        process.cpu().memory().writeBytes(gva + payload.start() - header.start(), content);
        process.cpu()
                .memory()
                .write(
                        PersistedStateHeader.CODEC,
                        gva,
                        new PersistedStateHeader(
                                PersistedStateHeader.MAGIC, payload.start(), payload.size(), content.size()));
        process.log("persisted state of " + content.size() + " bytes, saved state of "
                + process.get(Variable.SAVED_SIZE) + " bytes");
    }

    private static void send(ParavisorProcess process) {
        Bytes state = new StateBuffer(process).content();
        int position = process.getInt(Variable.POSITION);
        int count = Math.min(SavePiece.MAX_CONTENT, state.size() - position);
        boolean last = position + count == state.size();
        process.add(Variable.POSITION, count);
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_REQUEST,
                        GetMessage.SAVE_STATE,
                        new SavePiece(last ? GetMessage.SUCCESS : GetMessage.MORE, state.slice(position, count))
                                .toBytes()));
    }

    /** After the last piece the host takes VTL2 away; nothing comes any more. */
    private static void taken(ParavisorProcess process) {
        Optional<Bytes> answer = new HostChannel(process).answer(GetMessage.SAVE_STATE);
        if (answer.isPresent() && answer.get().u16(0) != GetMessage.SUCCESS) {
            throw new ParavisorFailure(
                    "host does not take the state: status " + answer.get().u16(0));
        }
        boolean more = process.getInt(Variable.POSITION) < process.get(Variable.SAVED_SIZE);
        process.cpu().jumpTo(answer.isPresent() && more ? SEND : AWAIT_ANSWER);
    }

    /** Tells the host that what it had kept is in use again. */
    static void reportRestored(ParavisorProcess process) {
        process.hypercallSuccess("read the reference time");
        new HostChannel(process)
                .post(GetMessage.of(
                        GetMessage.HOST_NOTIFICATION,
                        GetMessage.RESTORED,
                        new ByteWriter().u16(GetMessage.SUCCESS).toBytes()));
    }

    /** How long VTL0 did not run. */
    static void logBlackout(ParavisorProcess process) {
        process.result("report the restored state");
        long now = process.cpu().memory().readU64(process.at(DataLayout.OUTPUT));
        long stopped =
                SavedUnits.decode(new StateBuffer(process).content()).init().stopTime();
        process.log(
                "state restored; VTL0 did not run for " + (now - stopped) / REFERENCE_TICKS_PER_MICROSECOND + " us");
    }
}
