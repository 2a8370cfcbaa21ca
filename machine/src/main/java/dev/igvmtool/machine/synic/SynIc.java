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
    public static final int SINTS = SynIcState.SINTS;

    /** Event flags of one source. */
    public static final int FLAGS = 2048;

    /** Messages of one port that wait for their slot at most. */
    static final int QUEUE_LIMIT = 16;

    private static final int SLOT_BYTES = 256;
    private static final int MESSAGE_FLAGS = 5;
    private static final int MESSAGE_PENDING = 1;
    private static final long ENABLED = 1;
    private static final long PAGE_MASK = -PhysicalMemory.PAGE_SIZE;
    private static final long SINT_VECTOR = 0xff;
    private static final long SINT_MASKED = 1 << 16;
    private static final long SINT_AUTO_EOI = 1 << 17;
    private static final long SINT_POLLING = 1 << 18;
    private static final long SINT_PROXY = 1 << 20;

    private SynIc() {}

    /**
     * Puts a message into its slot and raises the interrupt. The sender keeps what finds the slot taken.
     *
     * @return {@link HvStatus#INVALID_SYNIC_STATE} if the source is not ready, {@link HvStatus#OBJECT_IN_USE} if the
     *     slot is taken; its message then says that more is pending
     */
    public static int post(Vp vp, int vtl, int sint, HvMessage message) {
        SynIcState state = vp.state().vtl(vtl).synic;
        if (!takesMessages(vp, state, sint)) {
            return HvStatus.INVALID_SYNIC_STATE;
        }
        if (!state.queue(sint).isEmpty() || !isSlotFree(vp, state, sint)) {
            markPending(vp, state, sint);
            return HvStatus.OBJECT_IN_USE;
        }
        deliver(vp, vtl, sint, message);
        return HvStatus.SUCCESS;
    }

    /**
     * Puts a message into its slot, or behind those that wait for it.
     *
     * @return {@link HvStatus#INVALID_SYNIC_STATE} if the source is not ready, {@link HvStatus#INSUFFICIENT_BUFFERS} if
     *     too many wait already
     */
    public static int queue(Vp vp, int vtl, int sint, HvMessage message) {
        int status = post(vp, vtl, sint, message);
        if (status != HvStatus.OBJECT_IN_USE) {
            return status;
        }
        SynIcState state = vp.mutableState().vtl(vtl).synic;
        if (state.queue(sint).size() >= QUEUE_LIMIT) {
            return HvStatus.INSUFFICIENT_BUFFERS;
        }
        state.enqueue(sint, message);
        return HvStatus.SUCCESS;
    }

    /** Goes on with messages and timers that wait for slots: the guest has taken one, or changed a register. */
    public static void scan(Vp vp, int vtl) {
        SynIcState state = vp.state().vtl(vtl).synic;
        for (int sint = 0; sint < SINTS && state.hasQueues(); sint++) {
            boolean waits = !state.queue(sint).isEmpty();
            if (waits && takesMessages(vp, state, sint) && isSlotFree(vp, state, sint)) {
                deliver(vp, vtl, sint, vp.mutableState().vtl(vtl).synic.dequeue(sint));
                if (!state.queue(sint).isEmpty()) {
                    markPending(vp, state, sint);
                }
            }
        }
        vp.partition().timers().retry(vp, vtl);
    }

    /** True if a message for the source would be taken now. */
    public static boolean isDeliverable(Vp vp, int vtl, int sint) {
        SynIcState state = vp.state().vtl(vtl).synic;
        return takesMessages(vp, state, sint) && state.queue(sint).isEmpty() && isSlotFree(vp, state, sint);
    }

    /** True if {@link #signal} can reach the source. */
    public static boolean canSignal(Vp vp, int vtl, int sint) {
        SynIcState state = vp.state().vtl(vtl).synic;
        return ready(vp, state, sint, state.siefp);
    }

    /** Sets an event flag, and raises the interrupt if it was clear; true if it was. */
    public static boolean signal(Vp vp, int vtl, int sint, int flag) {
        SynIcState state = vp.state().vtl(vtl).synic;
        PhysicalMemory memory = vp.partition().physical();
        long address = (state.siefp & PAGE_MASK) + (long) sint * SLOT_BYTES + flag / Byte.SIZE;
        int octet = memory.readU8(address);
        int bit = 1 << flag % Byte.SIZE;
        if ((octet & bit) != 0) {
            return false;
        }
        memory.writeU8(address, octet | bit);
        raise(vp, vtl, state.sint(sint));
        return true;
    }

    private static boolean takesMessages(Vp vp, SynIcState state, int sint) {
        return ready(vp, state, sint, state.simp);
    }

    private static boolean ready(Vp vp, SynIcState state, int sint, long page) {
        return (state.scontrol & ENABLED) != 0
                && (page & ENABLED) != 0
                && (state.sint(sint) & (SINT_MASKED | SINT_PROXY)) == 0
                && vp.partition().memory().isReachableByHost(page & PAGE_MASK);
    }

    private static boolean isSlotFree(Vp vp, SynIcState state, int sint) {
        return vp.partition().physical().readU32(slot(state, sint)) == MessageType.NONE;
    }

    private static void markPending(Vp vp, SynIcState state, int sint) {
        PhysicalMemory memory = vp.partition().physical();
        long flags = slot(state, sint) + MESSAGE_FLAGS;
        memory.writeU8(flags, memory.readU8(flags) | MESSAGE_PENDING);
    }

    private static void deliver(Vp vp, int vtl, int sint, HvMessage message) {
        VtlState target = vp.state().vtl(vtl);
        vp.partition().physical().writeBytes(slot(target.synic, sint), HvMessage.CODEC.toBytes(message));
        raise(vp, vtl, target.synic.sint(sint));
    }

    private static long slot(SynIcState state, int sint) {
        return (state.simp & PAGE_MASK) + (long) sint * SLOT_BYTES;
    }

    private static void raise(Vp vp, int vtl, long sint) {
        if ((sint & SINT_POLLING) == 0) {
            vp.requestInterrupt(vtl, (int) (sint & SINT_VECTOR), false, (sint & SINT_AUTO_EOI) != 0);
        }
    }
}
