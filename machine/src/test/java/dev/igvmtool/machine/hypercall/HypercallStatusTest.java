package dev.igvmtool.machine.hypercall;

import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.OUTPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.enableHypercalls;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.synic.EventPort;
import dev.igvmtool.machine.synic.MessagePort;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each call with each input that it refuses, and what the caller finds in RAX then. */
class HypercallStatusTest {
    private static final long SELF = -1;
    private static final long OTHER = 77;
    private static final long SELF_VP = 0xffff_fffeL;
    private static final int SUCCESS = HvStatus.SUCCESS;
    private static final int PARAMETER = HvStatus.INVALID_PARAMETER;
    private static final int DENIED = HvStatus.ACCESS_DENIED;
    private static final int PARTITION = HvStatus.INVALID_PARTITION_ID;
    private static final int VP = HvStatus.INVALID_VP_INDEX;
    private static final int VTL_STATE = HvStatus.INVALID_VTL_STATE;
    private static final int INPUT = HvStatus.INVALID_HYPERCALL_INPUT;

    /**
     * A call.
     *
     * @param reps 0 for a simple call
     * @param variable 8-byte units of the variable header
     * @param callerVtl in which the caller runs; VTL2 is enabled in any case
     */
    private record Call(
            String name,
            HypercallCode code,
            int reps,
            int variable,
            Bytes input,
            int callerVtl,
            PartitionConfig.Builder config,
            Consumer<Machine> before,
            int status) {
        @Override
        public String toString() {
            return code.callName() + ": " + name + " -> " + HvStatus.nameOf(status);
        }

        Call reps(int count) {
            return new Call(name, code, count, variable, input, callerVtl, config, before, status);
        }

        Call variable(int units) {
            return new Call(name, code, reps, units, input, callerVtl, config, before, status);
        }

        Call from(int vtl) {
            return new Call(name, code, reps, variable, input, vtl, config, before, status);
        }

        Call on(PartitionConfig.Builder machine) {
            return new Call(name, code, reps, variable, input, callerVtl, machine, before, status);
        }

        Call after(Consumer<Machine> preparation) {
            return new Call(name, code, reps, variable, input, callerVtl, config, preparation, status);
        }
    }

    private static Call call(HypercallCode code, String name, int status, ByteWriter input) {
        return new Call(name, code, 0, 0, input.toBytes(), 2, config().vpCount(3), machine -> {}, status);
    }

    private static ByteWriter in() {
        return new ByteWriter();
    }

    private static PartitionConfig.Builder without(long privilege) {
        return config().vpCount(3).privileges(PartitionConfig.DEFAULT_PRIVILEGES & ~privilege);
    }

    private static PartitionConfig.Builder isolated() {
        return config().vpCount(3).isolation(Isolation.VBS);
    }

    // ---- the table ----

    static List<Call> calls() {
        List<Call> all = new ArrayList<>();
        flushes(all);
        interrupts(all);
        vtls(all);
        processors(all);
        registers(all);
        synic(all);
        pages(all);
        rest(all);
        return all;
    }

    private static void flushes(List<Call> all) {
        HypercallCode space = HypercallCode.FLUSH_VIRTUAL_ADDRESS_SPACE;
        all.add(call(space, "some VPs", SUCCESS, in().u64(0x1000).u64(0).u64(7)));
        all.add(call(space, "all VPs", SUCCESS, in().u64(0).u64(3).u64(0)));
        all.add(call(space, "nobody", PARAMETER, in().u64(0).u64(0).u64(0)));
        all.add(call(space, "unknown flag", PARAMETER, in().u64(0).u64(0x11).u64(1)));
        all.add(call(
                space,
                "extended ranges without ranges",
                PARAMETER,
                in().u64(0).u64(9).u64(1)));
        all.add(call(space, "with reps", INPUT, in().u64(0).u64(1).u64(0)).reps(1));
        all.add(call(
                        space,
                        "with a variable header",
                        INPUT,
                        in().u64(0).u64(1).u64(0).u64(0))
                .variable(1));
        HypercallCode list = HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST;
        all.add(call(
                        list,
                        "ranges",
                        SUCCESS,
                        in().u64(0).u64(9).u64(1).u64(0x1001).u64(0x2000))
                .reps(2));
        all.add(call(
                        list,
                        "extended ranges without the privilege",
                        PARAMETER,
                        in().u64(0).u64(9).u64(1).u64(0))
                .reps(1)
                .on(without(HvPrivilege.EXTENDED_GVA_RANGES)));
        all.add(call(list, "without reps", INPUT, in().u64(0).u64(1).u64(0)));
        HypercallCode spaceEx = HypercallCode.FLUSH_VIRTUAL_ADDRESS_SPACE_EX;
        all.add(call(
                        spaceEx,
                        "two banks",
                        SUCCESS,
                        in().u64(0).u64(0).u64(0).u64(5).u64(1).u64(1))
                .variable(2));
        all.add(call(spaceEx, "all", SUCCESS, in().u64(0).u64(0).u64(1).u64(0)));
        all.add(call(
                        spaceEx,
                        "banks missing",
                        PARAMETER,
                        in().u64(0).u64(0).u64(0).u64(5).u64(1))
                .variable(1));
        all.add(call(
                spaceEx, "unknown format", PARAMETER, in().u64(0).u64(0).u64(2).u64(0)));
        all.add(call(spaceEx, "empty set", PARAMETER, in().u64(0).u64(0).u64(0).u64(0)));
        HypercallCode listEx = HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST_EX;
        all.add(call(
                        listEx,
                        "ranges",
                        SUCCESS,
                        in().u64(0).u64(0).u64(0).u64(1).u64(3).u64(0x1000))
                .variable(1)
                .reps(1));
        all.add(call(HypercallCode.NOTIFY_LONG_SPIN_WAIT, "hint", SUCCESS, in().u32(4096)));
    }

    private static void interrupts(List<Call> all) {
        HypercallCode ipi = HypercallCode.SEND_SYNTHETIC_CLUSTER_IPI;
        all.add(call(ipi, "two VPs", SUCCESS, in().u32(0x40).u32(0).u64(3)));
        all.add(call(
                ipi, "VPs that are not there", SUCCESS, in().u32(0x40).u32(0).u64(0x30)));
        all.add(call(
                ipi, "vector of an exception", PARAMETER, in().u32(0xf).u32(0).u64(3)));
        all.add(call(ipi, "vector too high", PARAMETER, in().u32(0x100).u32(0).u64(3)));
        all.add(call(ipi, "padding", PARAMETER, in().u32(0x40).u32(0x100).u64(3)));
        all.add(call(
                ipi,
                "reserved bit of the VTL",
                PARAMETER,
                in().u32(0x40).u32(0x20).u64(3)));
        all.add(call(
                ipi,
                "VTL that does not exist",
                PARAMETER,
                in().u32(0x40).u32(0x13).u64(3)));
        all.add(call(ipi, "higher VTL", DENIED, in().u32(0x40).u32(0x12).u64(3)).from(0));
        HypercallCode ipiEx = HypercallCode.SEND_SYNTHETIC_CLUSTER_IPI_EX;
        all.add(call(
                        ipiEx,
                        "one bank",
                        SUCCESS,
                        in().u32(0x40).u32(0).u64(0).u64(1).u64(7))
                .variable(1));
        all.add(call(
                ipiEx, "bank missing", PARAMETER, in().u32(0x40).u32(0).u64(0).u64(1)));
        HypercallCode raise = HypercallCode.ASSERT_VIRTUAL_INTERRUPT;
        all.add(call(
                raise, "fixed", SUCCESS, in().u64(SELF).u64(0).u64(1).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "broadcast",
                SUCCESS,
                in().u64(SELF).u64(0).u64(0xffff_ffffL).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "logical",
                SUCCESS,
                in().u64(SELF).u64(1L << 33).u64(6).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "other partition",
                PARTITION,
                in().u64(OTHER).u64(0).u64(1).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "APIC that is not there",
                PARAMETER,
                in().u64(SELF).u64(0).u64(9).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "vector",
                PARAMETER,
                in().u64(SELF).u64(0).u64(1).u32(0xf).u32(0)));
        all.add(call(
                raise, "SMI", PARAMETER, in().u64(SELF).u64(2).u64(1).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "control bit",
                PARAMETER,
                in().u64(SELF).u64(1L << 40).u64(1).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "long destination",
                PARAMETER,
                in().u64(SELF).u64(0).u64(1L << 32).u32(0x40).u32(0)));
        all.add(call(
                raise,
                "padding",
                PARAMETER,
                in().u64(SELF).u64(0).u64(1).u32(0x40).u32(0x100)));
        all.add(call(
                        raise,
                        "higher VTL",
                        DENIED,
                        in().u64(SELF).u64(0).u64(1).u32(0x40).u32(2))
                .from(0));
        HypercallCode retarget = HypercallCode.RETARGET_DEVICE_INTERRUPT;
        Consumer<Machine> device =
                machine -> machine.partition().deviceInterrupts().add(5);
        all.add(call(retarget, "unknown device", HvStatus.INVALID_DEVICE_ID, retarget(5, 1, 0x40, 0, 1)));
        all.add(call(retarget, "known device", SUCCESS, retarget(5, 1, 0x40, 0, 1))
                .after(device));
        all.add(call(
                        retarget,
                        "processor set",
                        SUCCESS,
                        retarget(5, 1, 0x40, 2, 0).u64(1).u64(4))
                .variable(2)
                .after(device));
        all.add(call(retarget, "not an MSI", PARAMETER, retarget(5, 2, 0x40, 0, 1))
                .after(device));
        all.add(call(retarget, "vector", PARAMETER, retarget(5, 1, 5, 0, 1)).after(device));
        all.add(call(retarget, "flags", PARAMETER, retarget(5, 1, 0x40, 4, 1)).after(device));
        all.add(call(retarget, "nobody", PARAMETER, retarget(5, 1, 0x40, 0, 0)).after(device));
        all.add(call(retarget, "nobody who is there", PARAMETER, retarget(5, 1, 0x40, 0, 8))
                .after(device));
        all.add(call(
                        retarget,
                        "banks without a set",
                        PARAMETER,
                        retarget(5, 1, 0x40, 0, 1).u64(0))
                .variable(1)
                .after(device));
        all.add(call(
                retarget,
                "other partition",
                PARTITION,
                in().u64(OTHER).u64(5).u64(1).u64(0).u64(0).u32(0x40).u32(0).u64(1)));
    }

    private static ByteWriter retarget(long device, int source, int vector, int flags, long mask) {
        return in().u64(SELF)
                .u64(device)
                .u32(source)
                .u32(0)
                .u32(0xfee0_0000L)
                .u32(0x40)
                .u64(0)
                .u32(vector)
                .u32(flags)
                .u64(mask);
    }

    private static void vtls(List<Call> all) {
        HypercallCode mask = HypercallCode.MODIFY_VTL_PROTECTION_MASK;
        all.add(call(
                        mask,
                        "no access",
                        SUCCESS,
                        in().u64(SELF).u32(0).u32(0).u64(0x40).u64(0x41))
                .reps(2));
        all.add(call(
                        mask,
                        "other partition",
                        PARTITION,
                        in().u64(OTHER).u32(0).u32(0).u64(0x40))
                .reps(1));
        all.add(call(
                        mask,
                        "unknown permission",
                        PARAMETER,
                        in().u64(SELF).u32(0x10).u32(0).u64(0x40))
                .reps(1));
        all.add(call(
                        mask,
                        "writable, not readable",
                        PARAMETER,
                        in().u64(SELF).u32(2).u32(0).u64(0x40))
                .reps(1));
        all.add(call(
                        mask,
                        "VTL0 protects nothing",
                        PARAMETER,
                        in().u64(SELF).u32(0).u32(0x10).u64(0x40))
                .reps(1));
        all.add(call(
                        mask,
                        "for a higher VTL",
                        DENIED,
                        in().u64(SELF).u32(0).u32(0x12).u64(0x40))
                .reps(1)
                .from(0));
        all.add(call(mask, "no RAM", PARAMETER, in().u64(SELF).u32(0).u32(0).u64(0x1_0000))
                .reps(1));
        all.add(call(
                        mask,
                        "page number",
                        PARAMETER,
                        in().u64(SELF).u32(0).u32(0).u64(-1))
                .reps(1));
        all.add(call(
                        mask,
                        "padding",
                        PARAMETER,
                        in().u64(SELF).u32(0).u32(0x100).u64(0x40))
                .reps(1));
        all.add(call(mask, "privilege", DENIED, in().u64(SELF).u32(0).u32(0).u64(0x40))
                .reps(1)
                .on(without(HvPrivilege.VSM)));
        HypercallCode partition = HypercallCode.ENABLE_PARTITION_VTL;
        all.add(call(partition, "guest VSM", SUCCESS, in().u64(SELF).u64(1))
                .from(0)
                .on(config().guestVsm(true)));
        all.add(call(partition, "not permitted", DENIED, in().u64(SELF).u64(1)).from(0));
        all.add(call(partition, "other partition", PARTITION, in().u64(OTHER).u64(1)));
        all.add(call(
                partition, "twice", HvStatus.VTL_ALREADY_ENABLED, in().u64(SELF).u64(2)));
        all.add(call(
                partition, "VTL that does not exist", PARAMETER, in().u64(SELF).u64(3)));
        all.add(call(partition, "padding", PARAMETER, in().u64(SELF).u64(0x1_0001)));
        all.add(call(partition, "flags", PARAMETER, in().u64(SELF).u64(0x101)).on(config().guestVsm(true)));
        all.add(call(partition, "privilege", DENIED, in().u64(SELF).u64(1))
                .on(without(HvPrivilege.VSM).guestVsm(true)));
        HypercallCode vp = HypercallCode.ENABLE_VP_VTL;
        all.add(call(vp, "first time", SUCCESS, start(SELF, 1, 2)));
        all.add(call(vp, "twice", HvStatus.VTL_ALREADY_ENABLED, start(SELF, SELF_VP, 2)));
        all.add(call(vp, "other partition", PARTITION, start(OTHER, 1, 2)));
        all.add(call(vp, "VP that is not there", VP, start(SELF, 3, 2)));
        all.add(call(vp, "any VP", VP, start(SELF, 0xffff_ffffL, 2)));
        all.add(call(vp, "VTL that does not exist", PARAMETER, start(SELF, 1, 3)));
        all.add(call(vp, "VTL that the partition has not", VTL_STATE, start(SELF, 1, 1)));
        all.add(call(vp, "higher VTL", DENIED, start(SELF, 1, 2)).from(0));
        all.add(call(vp, "padding", PARAMETER, start(SELF, 1, 0x102)));
        all.add(call(vp, "privilege", DENIED, start(SELF, 1, 2)).on(without(HvPrivilege.VSM)));
        HypercallCode check = HypercallCode.CHECK_SPARSE_GPA_PAGE_VTL_ACCESS;
        all.add(call(check, "read", SUCCESS, in().u64(SELF).u64(0x110).u64(0x40))
                .reps(1));
        all.add(call(
                        check,
                        "other partition",
                        PARTITION,
                        in().u64(OTHER).u64(0x110).u64(0x40))
                .reps(1));
        all.add(call(
                        check,
                        "unknown access",
                        PARAMETER,
                        in().u64(SELF).u64(0x1010).u64(0x40))
                .reps(1));
        all.add(call(check, "padding", PARAMETER, in().u64(SELF).u64(0x1_0110).u64(0x40))
                .reps(1));
        all.add(call(check, "page number", PARAMETER, in().u64(SELF).u64(0x110).u64(-1))
                .reps(1));
        all.add(call(check, "higher VTL", DENIED, in().u64(SELF).u64(0x112).u64(0x40))
                .reps(1)
                .from(0));
    }

    private static ByteWriter start(long partition, long vp, int vtl) {
        return in().u64(partition).u32(vp).u32(vtl).zeros(224);
    }

    private static void processors(List<Call> all) {
        HypercallCode start = HypercallCode.START_VIRTUAL_PROCESSOR;
        Consumer<Machine> enabled = machine -> machine.vp(1).enableVtl(2);
        all.add(call(start, "enabled VTL", SUCCESS, start(SELF, 1, 2)).after(enabled));
        all.add(call(start, "VTL not enabled", VTL_STATE, start(SELF, 1, 2)));
        all.add(call(start, "itself", HvStatus.INVALID_VP_STATE, start(SELF, SELF_VP, 2)));
        all.add(call(start, "other partition", PARTITION, start(OTHER, 1, 2)));
        all.add(call(start, "VP that is not there", VP, start(SELF, 9, 2)));
        all.add(call(start, "VTL that does not exist", PARAMETER, start(SELF, 1, 16)));
        all.add(call(start, "higher VTL", DENIED, start(SELF, 1, 2))
                .after(enabled)
                .from(0));
        all.add(call(start, "padding", PARAMETER, start(SELF, 1, 0x102)));
        all.add(call(start, "privilege", DENIED, start(SELF, 1, 2)).on(without(HvPrivilege.START_VP)));
        HypercallCode index = HypercallCode.GET_VP_INDEX_FROM_APIC_ID;
        all.add(call(index, "ids", SUCCESS, in().u64(SELF).u64(0).u32(1).u32(2)).reps(2));
        all.add(call(index, "unknown id", PARAMETER, in().u64(SELF).u64(0).u32(5))
                .reps(1));
        all.add(call(index, "other partition", PARTITION, in().u64(OTHER).u64(0).u32(1))
                .reps(1));
        all.add(call(index, "padding", PARAMETER, in().u64(SELF).u64(0x100).u32(1))
                .reps(1));
        all.add(call(index, "higher VTL", DENIED, in().u64(SELF).u64(2).u32(1))
                .reps(1)
                .from(0));
    }

    private static void registers(List<Call> all) {
        HypercallCode get = HypercallCode.GET_VP_REGISTERS;
        all.add(call(get, "known", SUCCESS, in().u64(SELF).u32(SELF_VP).u32(0).u32(RegisterName.RIP))
                .reps(1));
        all.add(call(
                        get,
                        "unknown",
                        HvStatus.UNKNOWN_REGISTER_NAME,
                        in().u64(SELF).u32(SELF_VP).u32(0).u32(5))
                .reps(1));
        all.add(call(
                        get,
                        "other partition",
                        PARTITION,
                        in().u64(OTHER).u32(0).u32(0).u32(RegisterName.RIP))
                .reps(1));
        all.add(call(
                        get,
                        "VP that is not there",
                        VP,
                        in().u64(SELF).u32(3).u32(0).u32(RegisterName.RIP))
                .reps(1));
        all.add(call(get, "padding", PARAMETER, in().u64(SELF).u32(0).u32(0x100).u32(RegisterName.RIP))
                .reps(1));
        all.add(call(get, "higher VTL", DENIED, in().u64(SELF).u32(0).u32(0x12).u32(RegisterName.RIP))
                .reps(1)
                .from(0));
        all.add(call(
                        get,
                        "VTL not enabled",
                        VTL_STATE,
                        in().u64(SELF).u32(1).u32(0).u32(RegisterName.RIP))
                .reps(1));
        all.add(call(
                        get,
                        "privilege",
                        DENIED,
                        in().u64(SELF).u32(SELF_VP).u32(0).u32(RegisterName.RIP))
                .reps(1)
                .on(without(HvPrivilege.VP_REGISTERS)));
        HypercallCode set = HypercallCode.SET_VP_REGISTERS;
        all.add(call(set, "known", SUCCESS, set(RegisterName.RAX, 5)).reps(1));
        all.add(call(set, "unknown", HvStatus.UNKNOWN_REGISTER_NAME, set(5, 5)).reps(1));
        all.add(call(set, "read only", DENIED, set(RegisterName.VP_INDEX, 5)).reps(1));
        all.add(call(set, "value", HvStatus.INVALID_REGISTER_VALUE, set(RegisterName.CR8, 0x10))
                .reps(1));
        HypercallCode translate = HypercallCode.TRANSLATE_VIRTUAL_ADDRESS;
        all.add(call(
                translate, "mapped", SUCCESS, in().u64(SELF).u64(SELF_VP).u64(1).u64(0x40)));
        all.add(call(
                translate,
                "other partition",
                PARTITION,
                in().u64(OTHER).u64(SELF_VP).u64(1).u64(0x40)));
        all.add(call(
                translate,
                "VP that is not there",
                VP,
                in().u64(SELF).u64(7).u64(1).u64(0x40)));
        all.add(call(
                translate,
                "reserved",
                PARAMETER,
                in().u64(SELF).u64(1L << 32 | SELF_VP).u64(1).u64(0x40)));
        all.add(call(
                translate,
                "unknown flag",
                PARAMETER,
                in().u64(SELF).u64(SELF_VP).u64(1 << 12).u64(0x40)));
        all.add(call(
                translate,
                "page number",
                PARAMETER,
                in().u64(SELF).u64(SELF_VP).u64(1).u64(1L << 60)));
        all.add(call(
                        translate,
                        "higher VTL",
                        DENIED,
                        in().u64(SELF).u64(SELF_VP).u64(0x12L << 56).u64(0x40))
                .from(0));
        all.add(call(
                translate,
                "VTL not enabled",
                VTL_STATE,
                in().u64(SELF).u64(1).u64(1).u64(0x40)));
        HypercallCode extended = HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX;
        all.add(call(
                extended, "mapped", SUCCESS, in().u64(SELF).u64(SELF_VP).u64(1).u64(0x40)));
    }

    private static ByteWriter set(int name, long value) {
        return in().u64(SELF).u32(SELF_VP).u32(0).u32(name).zeros(12).u64(value).u64(0);
    }

    private static void synic(List<Call> all) {
        Consumer<Machine> ports = machine -> {
            machine.partition().connections().connect(1, new MessagePort(1, 0, 2, 2));
            machine.partition().connections().connect(2, new EventPort(0, 2, 2, 8, 4));
        };
        HypercallCode post = HypercallCode.POST_MESSAGE;
        all.add(call(post, "unknown connection", HvStatus.INVALID_CONNECTION_ID, message(1, 1, 8)));
        all.add(call(post, "masked source", HvStatus.INVALID_SYNIC_STATE, message(1, 1, 8))
                .after(ports));
        all.add(call(post, "event connection", HvStatus.INVALID_CONNECTION_ID, message(2, 1, 8))
                .after(ports));
        all.add(call(post, "type of the hypervisor", PARAMETER, message(1, 0x8000_0001L, 8))
                .after(ports));
        all.add(call(post, "no type", PARAMETER, message(1, 0, 8)).after(ports));
        all.add(call(post, "too long", PARAMETER, message(1, 1, 241)).after(ports));
        all.add(call(post, "padding", PARAMETER, message(1 | 1L << 32, 1, 8)).after(ports));
        all.add(call(post, "privilege", DENIED, message(1, 1, 8)).on(without(HvPrivilege.POST_MESSAGES)));
        HypercallCode signal = HypercallCode.SIGNAL_EVENT;
        all.add(call(
                signal,
                "unknown connection",
                HvStatus.INVALID_CONNECTION_ID,
                in().u32(7).u32(0)));
        all.add(call(
                        signal,
                        "message connection",
                        HvStatus.INVALID_CONNECTION_ID,
                        in().u32(1).u32(0))
                .after(ports));
        all.add(call(signal, "flag", PARAMETER, in().u32(2).u32(4)).after(ports));
        all.add(call(signal, "padding", PARAMETER, in().u32(2).u32(0x1_0000)).after(ports));
        all.add(call(
                        signal,
                        "masked source",
                        HvStatus.INVALID_SYNIC_STATE,
                        in().u32(2).u32(0))
                .after(ports));
        all.add(call(signal, "privilege", DENIED, in().u32(2).u32(0)).on(without(HvPrivilege.SIGNAL_EVENTS)));
        HypercallCode direct = HypercallCode.SIGNAL_EVENT_DIRECT;
        all.add(call(
                direct,
                "masked source",
                HvStatus.INVALID_SYNIC_STATE,
                in().u64(SELF).u32(0).u32(0x202)));
        all.add(call(direct, "source", PARAMETER, in().u64(SELF).u32(0).u32(0x1002)));
        all.add(call(direct, "flag", PARAMETER, in().u64(SELF).u32(0).u32(0x0800_0202)));
        all.add(call(
                direct, "other partition", PARTITION, in().u64(OTHER).u32(0).u32(0x202)));
        all.add(call(direct, "VP that is not there", VP, in().u64(SELF).u32(5).u32(0x202)));
        all.add(call(direct, "VTL not enabled", VTL_STATE, in().u64(SELF).u32(1).u32(0x202)));
        all.add(call(direct, "higher VTL", DENIED, in().u64(SELF).u32(0).u32(0x202))
                .from(0));
        HypercallCode postDirect = HypercallCode.POST_MESSAGE_DIRECT;
        all.add(call(postDirect, "masked source", HvStatus.INVALID_SYNIC_STATE, direct(SELF, 0, 2, 2, 1, 4)));
        all.add(call(postDirect, "source", PARAMETER, direct(SELF, 0, 2, 16, 1, 4)));
        all.add(call(postDirect, "no type", PARAMETER, direct(SELF, 0, 2, 2, 0, 4)));
        all.add(call(postDirect, "too long", PARAMETER, direct(SELF, 0, 2, 2, 1, 241)));
        all.add(call(postDirect, "other partition", PARTITION, direct(OTHER, 0, 2, 2, 1, 4)));
        all.add(call(postDirect, "VP that is not there", VP, direct(SELF, 4, 2, 2, 1, 4)));
        all.add(call(postDirect, "higher VTL", DENIED, direct(SELF, 0, 2, 2, 1, 4))
                .from(0));
        HypercallCode intercept = HypercallCode.INSTALL_INTERCEPT;
        all.add(call(
                intercept,
                "MSR",
                SUCCESS,
                in().u64(SELF).u32(3).u32(InterceptType.MSR).u64(0)));
        all.add(call(
                intercept, "port range", SUCCESS, in().u64(SELF).u32(3).u32(17).u64(0xffff_0000L)));
        all.add(call(
                intercept,
                "range backwards",
                PARAMETER,
                in().u64(SELF).u32(3).u32(17).u64(0x10_0020)));
        all.add(call(
                intercept,
                "unknown type",
                PARAMETER,
                in().u64(SELF).u32(3).u32(9).u64(0)));
        all.add(call(
                intercept,
                "execution of a port",
                PARAMETER,
                in().u64(SELF).u32(4).u32(0).u64(0x80)));
        all.add(call(
                intercept,
                "port too high",
                PARAMETER,
                in().u64(SELF).u32(3).u32(0).u64(0x1_0000)));
        all.add(call(
                intercept,
                "no such exception",
                PARAMETER,
                in().u64(SELF).u32(4).u32(3).u64(32)));
        all.add(call(
                intercept,
                "other partition",
                PARTITION,
                in().u64(OTHER).u32(3).u32(1).u64(0)));
        all.add(call(intercept, "by VTL0", DENIED, in().u64(SELF).u32(3).u32(1).u64(0))
                .from(0));
    }

    private static ByteWriter message(long connection, long type, long size) {
        return in().u64(connection).u32(type).u32(size).zeros(240);
    }

    private static ByteWriter direct(long partition, long vp, int vtl, int sint, long type, int size) {
        return in().u64(partition)
                .u32(vp)
                .u32(vtl)
                .u32(sint)
                .u32(type)
                .u32(size)
                .zeros(248)
                .u32(0);
    }

    private static void pages(List<Call> all) {
        HypercallCode accept = HypercallCode.ACCEPT_GPA_PAGES;
        all.add(call(accept, "RAM", SUCCESS, accept(SELF, 0x401, 0x100)).reps(2).on(isolated()));
        all.add(call(accept, "without isolation", HvStatus.OPERATION_DENIED, accept(SELF, 0x401, 0x100))
                .reps(1));
        all.add(call(accept, "other partition", PARTITION, accept(OTHER, 0x401, 0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(accept, "no RAM", PARAMETER, accept(SELF, 0x401, 0x1_0000))
                .reps(1)
                .on(isolated()));
        all.add(call(accept, "memory type", PARAMETER, accept(SELF, 0x400, 0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(accept, "shared", PARAMETER, accept(SELF, 0x4c1, 0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(accept, "reserved attribute", PARAMETER, accept(SELF, 0xc01, 0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(accept, "for a higher VTL", DENIED, accept(SELF, 0x401, 0x100))
                .reps(1)
                .on(isolated())
                .from(0));
        HypercallCode visibility = HypercallCode.MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY;
        all.add(call(visibility, "shared", SUCCESS, in().u64(SELF).u64(3).u64(0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(visibility, "read only", PARAMETER, in().u64(SELF).u64(1).u64(0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(
                        visibility,
                        "reserved",
                        PARAMETER,
                        in().u64(SELF).u64(3 | 1L << 32).u64(0x100))
                .reps(1)
                .on(isolated()));
        all.add(call(visibility, "no RAM", PARAMETER, in().u64(SELF).u64(3).u64(0x1_0000))
                .reps(1)
                .on(isolated()));
        all.add(call(
                        visibility,
                        "without isolation",
                        HvStatus.OPERATION_DENIED,
                        in().u64(SELF).u64(3).u64(0x100))
                .reps(1));
        all.add(call(
                        visibility,
                        "other partition",
                        PARTITION,
                        in().u64(OTHER).u64(3).u64(0x100))
                .reps(1)
                .on(isolated()));
        HypercallCode pin = HypercallCode.PIN_GPA_PAGE_RANGES;
        all.add(call(pin, "range", SUCCESS, in().u64(0).u64(0x10_0003)).reps(1));
        all.add(call(pin, "past RAM", PARAMETER, in().u64(0).u64(0xfff_002L)).reps(1));
        all.add(call(pin, "reserved", PARAMETER, in().u64(1).u64(0x10_0003)).reps(1));
        all.add(call(
                        HypercallCode.UNPIN_GPA_PAGE_RANGES,
                        "range",
                        SUCCESS,
                        in().u64(0).u64(0x10_0003))
                .reps(1));
    }

    private static ByteWriter accept(long partition, int attributes, long page) {
        return in().u64(partition).u32(attributes).u32(0).u64(page);
    }

    private static void rest(List<Call> all) {
        HypercallCode time = HypercallCode.RESTORE_PARTITION_TIME;
        all.add(call(time, "later", SUCCESS, in().u64(SELF).u64(9).u64(1000).u64(5000)));
        all.add(call(
                time,
                "other partition",
                PARTITION,
                in().u64(OTHER).u64(9).u64(1000).u64(5000)));
        all.add(call(
                time,
                "reserved",
                PARAMETER,
                in().u64(SELF).u64(1L << 32).u64(1000).u64(5000)));
        all.add(call(
                        time,
                        "by a lower VTL",
                        DENIED,
                        in().u64(SELF).u64(9).u64(1000).u64(5000))
                .from(0));
        HypercallCode read = HypercallCode.MEMORY_MAPPED_IO_READ;
        all.add(call(read, "nobody there", SUCCESS, in().u64(0xfec0_0000L).u64(4)));
        all.add(call(read, "RAM", PARAMETER, in().u64(0x1000).u64(4)));
        all.add(call(read, "no width", PARAMETER, in().u64(0xfec0_0000L).u64(0)));
        all.add(call(read, "width", PARAMETER, in().u64(0xfec0_0000L).u64(65)));
        all.add(call(read, "page boundary", PARAMETER, in().u64(0xfec0_0ffeL).u64(4)));
        all.add(call(read, "reserved", PARAMETER, in().u64(0xfec0_0000L).u64(4 | 1L << 32)));
        HypercallCode write = HypercallCode.MEMORY_MAPPED_IO_WRITE;
        all.add(call(
                write, "nobody there", SUCCESS, in().u64(0xfec0_0000L).u64(4).zeros(64)));
        all.add(call(write, "RAM", PARAMETER, in().u64(0x1000).u64(4).zeros(64)));
        HypercallCode capabilities = HypercallCode.EXT_QUERY_CAPABILITIES;
        all.add(call(capabilities, "none", SUCCESS, in()));
        all.add(call(capabilities, "privilege", DENIED, in()).on(without(HvPrivilege.EXTENDED_HYPERCALLS)));
        HypercallCode report = HypercallCode.VBS_VM_CALL_REPORT;
        all.add(call(report, "VBS", SUCCESS, in().zeros(64)).on(isolated()));
        all.add(call(report, "without isolation", HvStatus.OPERATION_DENIED, in().zeros(64)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void inputHasItsStatus(Call call) {
        Machine machine = machine(call);
        call.before.accept(machine);
        machine.run(2);

        HypercallResult result = new HypercallResult(machine.vp(0).get(Gpr.RAX));
        assertEquals(HvStatus.nameOf(call.status), HvStatus.nameOf(result.status()));
        assertEquals(call.status == SUCCESS ? call.reps : 0, result.repsDone(), "reps done");
    }

    private static Machine machine(Call call) {
        Machine machine = running(
                call.config.build(),
                program(
                        1,
                        cpu -> {
                            enableHypercalls(cpu);
                            cpu.memory().writeBytes(INPUT_PAGE, call.input);
                            cpu.set(Gpr.RCX, call.code.code() | call.variable << 17 | (long) call.reps << 32);
                            cpu.set(Gpr.RDX, INPUT_PAGE);
                            cpu.set(Gpr.R8, OUTPUT_PAGE);
                            cpu.callHypercallPage(HYPERCALL_PAGE);
                        },
                        Cpu::halt));
        machine.vp(0).start(call.callerVtl, contextAt(codeOf(1)), 0);
        return machine;
    }
}
