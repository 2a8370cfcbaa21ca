package dev.igvmtool.machine.synic;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VtlState;

/** Delivers messages and event flags to one VTL of a VP (TLFS, SynIC; hyperv-model 5.1 to 5.3). */
public final class SynIc {
    /** Interrupt sources of a VP. */
    public static final int SINTS = 16;

    /** Event flags of one source. */
    public static final int FLAGS = 2048;

    private static final int SLOT_BYTES = 256;
    private static final int MESSAGE_FLAGS = 5;
    private static final int MESSAGE_PENDING = 1;
    private static final long ENABLED = 1;
    private static final long PAGE_MASK = -PhysicalMemory.PAGE_SIZE;
    private static final long SINT_VECTOR = 0xff;
    private static final long SINT_MASKED = 1 << 16;
    private static final long SINT_POLLING = 1 << 18;
    private static final long SINT_PROXY = 1 << 20;

    private SynIc() {}

    /**
     * Puts a message into its slot and raises the interrupt.
     *
     * @return {@link HvStatus#INVALID_SYNIC_STATE} if the source is not ready, {@link HvStatus#OBJECT_IN_USE} if the
     *     slot is taken; its message then says that more is pending
     */
    public static int post(Vp vp, int vtl, int sint, HvMessage message) {
        VtlState state = vp.state().vtl(vtl);
        if (!ready(state, sint, state.simp)) {
            return HvStatus.INVALID_SYNIC_STATE;
        }
        PhysicalMemory memory = vp.partition().physical();
        long slot = (state.simp & PAGE_MASK) + (long) sint * SLOT_BYTES;
        if (memory.readU32(slot) != MessageType.NONE) {
            memory.writeU8(slot + MESSAGE_FLAGS, memory.readU8(slot + MESSAGE_FLAGS) | MESSAGE_PENDING);
            return HvStatus.OBJECT_IN_USE;
        }
        memory.writeBytes(slot, HvMessage.CODEC.toBytes(message));
        raise(vp, vtl, state.sints[sint]);
        return HvStatus.SUCCESS;
    }

    /** True if {@link #signal} can reach the source. */
    public static boolean canSignal(Vp vp, int vtl, int sint) {
        VtlState state = vp.state().vtl(vtl);
        return ready(state, sint, state.siefp);
    }

    /** Sets an event flag, and raises the interrupt if it was clear; true if it was. */
    public static boolean signal(Vp vp, int vtl, int sint, int flag) {
        VtlState state = vp.state().vtl(vtl);
        PhysicalMemory memory = vp.partition().physical();
        long address = (state.siefp & PAGE_MASK) + (long) sint * SLOT_BYTES + flag / Byte.SIZE;
        int octet = memory.readU8(address);
        int bit = 1 << flag % Byte.SIZE;
        if ((octet & bit) != 0) {
            return false;
        }
        memory.writeU8(address, octet | bit);
        raise(vp, vtl, state.sints[sint]);
        return true;
    }

    private static boolean ready(VtlState state, int sint, long page) {
        return (state.scontrol & ENABLED) != 0
                && (page & ENABLED) != 0
                && (state.sints[sint] & (SINT_MASKED | SINT_PROXY)) == 0;
    }

    private static void raise(Vp vp, int vtl, long sint) {
        if ((sint & SINT_POLLING) == 0) {
            vp.requestInterrupt(vtl, (int) (sint & SINT_VECTOR));
        }
    }
}
