package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Registers of a VP by name, in any of its VTLs: what get and set register calls and the host reach. Here are those of
 * 128 bits; the others are {@link ProcessorRegisters}, {@link SyntheticRegisters} and {@link VsmRegisters}.
 */
public final class VpRegisters {
    private static final int SEGMENTS = SegmentRegister.values().length;
    private static final int XMM_REGISTERS = 16;
    private static final int XMM_BYTES = 16;
    /** Where FXSAVE stores XMM0. */
    private static final int XMM0_OFFSET = 160;

    private static final int EVENT_KIND_MASK = 7;
    private static final int EVENT_EXCEPTION = 0;
    private static final int EVENT_EXTERNAL_INTERRUPT = 5;
    private static final int EXCEPTIONS = 32;

    private VpRegisters() {}

    /** The value of a register; empty if the name is unknown. */
    public static Optional<RegisterValue> get(Vp vp, int vtl, int name) {
        if (vp.partition().architecture() == Architecture.AARCH64) {
            return ArmRegisters.get(vp, vtl, name);
        }
        VtlState state = vp.state().vtl(vtl);
        int segment = name - RegisterName.ES;
        if (segment >= 0 && segment < SEGMENTS) {
            return Optional.of(RegisterValue.of(state.segments[segment]));
        }
        int xmm = name - RegisterName.XMM0;
        if (xmm >= 0 && xmm < XMM_REGISTERS) {
            return Optional.of(RegisterValue.CODEC.read(vp.state().fxState(), XMM0_OFFSET + xmm * XMM_BYTES));
        }
        return switch (name) {
            case RegisterName.GDTR -> Optional.of(RegisterValue.of(state.gdtr));
            case RegisterName.IDTR -> Optional.of(RegisterValue.of(state.idtr));
            case RegisterName.PENDING_EVENT0 ->
                Optional.of(new RegisterValue(state.pendingEvent, state.pendingEventHigh));
            case RegisterName.PENDING_EVENT1 -> Optional.of(new RegisterValue(0, 0));
            case RegisterName.PRIVILEGES_AND_FEATURES_INFO -> Optional.of(leaf(vp, 0x4000_0003));
            case RegisterName.FEATURES_INFO -> Optional.of(leaf(vp, 0x4000_0004));
            case RegisterName.LIMITS_INFO -> Optional.of(leaf(vp, 0x4000_0005));
            case RegisterName.HARDWARE_INFO -> Optional.of(leaf(vp, 0x4000_0006));
            case RegisterName.ISOLATION_CONFIG -> Optional.of(leaf(vp, 0x4000_000c));
            default -> narrow(vp, vtl, name);
        };
    }

    private static Optional<RegisterValue> narrow(Vp vp, int vtl, int name) {
        OptionalLong value = ProcessorRegisters.get(vp, vtl, name);
        if (value.isEmpty()) {
            value = SyntheticRegisters.get(vp, vtl, name);
        }
        return value.isPresent() ? Optional.of(RegisterValue.of(value.getAsLong())) : Optional.empty();
    }

    private static RegisterValue leaf(Vp vp, int number) {
        CpuidResult leaf = vp.partition().cpuid().query(number, 0, vp.apicId());
        return new RegisterValue(
                Integer.toUnsignedLong(leaf.eax()) | (long) leaf.ebx() << Integer.SIZE,
                Integer.toUnsignedLong(leaf.ecx()) | (long) leaf.edx() << Integer.SIZE);
    }

    /**
     * Sets a register.
     *
     * @return a status of {@link HvStatus}
     */
    public static int set(Vp vp, int vtl, int name, RegisterValue value) {
        if (vp.partition().architecture() == Architecture.AARCH64) {
            return ArmRegisters.set(vp, vtl, name, value);
        }
        VtlState state = vp.mutableState().vtl(vtl);
        int segment = name - RegisterName.ES;
        if (segment >= 0 && segment < SEGMENTS) {
            state.segments[segment] = value.segment();
            return HvStatus.SUCCESS;
        }
        int xmm = name - RegisterName.XMM0;
        if (xmm >= 0 && xmm < XMM_REGISTERS) {
            setXmm(vp.mutableState(), xmm, value);
            return HvStatus.SUCCESS;
        }
        switch (name) {
            case RegisterName.GDTR -> state.gdtr = value.table();
            case RegisterName.IDTR -> state.idtr = value.table();
            case RegisterName.PENDING_EVENT0 -> {
                if (!isEvent(value.low())) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                state.pendingEvent = value.low();
                state.pendingEventHigh = value.high();
            }
            case RegisterName.PENDING_EVENT1 -> {
                return value.low() == 0 && value.high() == 0 ? HvStatus.SUCCESS : HvStatus.INVALID_REGISTER_VALUE;
            }
            case RegisterName.PRIVILEGES_AND_FEATURES_INFO,
                    RegisterName.FEATURES_INFO,
                    RegisterName.LIMITS_INFO,
                    RegisterName.HARDWARE_INFO,
                    RegisterName.ISOLATION_CONFIG -> {
                return HvStatus.ACCESS_DENIED;
            }
            default -> {
                int status = ProcessorRegisters.set(vp, vtl, name, value.low());
                return status == HvStatus.UNKNOWN_REGISTER_NAME
                        ? SyntheticRegisters.set(vp, vtl, name, value.low())
                        : status;
            }
        }
        return HvStatus.SUCCESS;
    }

    private static void setXmm(VpState state, int number, RegisterValue value) {
        byte[] fx = state.fxState().toByteArray();
        ByteWriter writer = new ByteWriter();
        RegisterValue.CODEC.write(writer, value);
        writer.toBytes().copyTo(0, fx, XMM0_OFFSET + number * XMM_BYTES, XMM_BYTES);
        state.setFxState(Bytes.wrap(fx));
    }

    /** An event that can be made pending: none, an exception of the processor, or an external interrupt. */
    private static boolean isEvent(long event) {
        if ((event & 1) == 0) {
            return event == 0;
        }
        int kind = (int) (event >>> 1) & EVENT_KIND_MASK;
        return kind == EVENT_EXTERNAL_INTERRUPT || kind == EVENT_EXCEPTION && (event >>> 16 & 0xffff) < EXCEPTIONS;
    }
}
