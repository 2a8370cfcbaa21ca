package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.ArmException;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionState;
import java.util.Optional;

/** The processor that the program on one AArch64 VP sees. */
final class ArmProcessor implements ArmCpu {
    private static final int HYPERCALL = 1;
    /** Sizes of ID_AA64MMFR0_EL1.PARange, in bits, by their code. */
    private static final int[] ADDRESS_BITS = {32, 36, 40, 42, 44, 48, 52};

    private final Vp vp;
    private final Partition partition;
    private final RunningProgram running;
    private final ArmPower power;

    ArmProcessor(Vp vp, RunningProgram running) {
        this.vp = vp;
        this.partition = vp.partition();
        this.running = running;
        this.power = new ArmPower(vp);
    }

    private ArmState arm() {
        return vp.state().active().arm();
    }

    private boolean usesUserStack() {
        return (arm().pstate & ProcessorState.SP_SELECT) == 0;
    }

    @Override
    public long x(int number) {
        return vp.state().x(number);
    }

    @Override
    public void setX(int number, long value) {
        vp.plainRegisterChanged();
        vp.state().setX(number, value);
    }

    @Override
    public long sp() {
        return usesUserStack() ? arm().get(SystemRegister.SP_EL0) : arm().sp;
    }

    @Override
    public void setSp(long value) {
        vp.plainRegisterChanged();
        if (usesUserStack()) {
            arm().set(SystemRegister.SP_EL0, value);
        } else {
            arm().sp = value;
        }
    }

    @Override
    public long pc() {
        return vp.rip();
    }

    @Override
    public void jump(long address) {
        vp.plainRegisterChanged();
        vp.state().active().rip = address;
    }

    @Override
    public long pstate() {
        return arm().pstate;
    }

    @Override
    public void setDaif(long value) {
        vp.plainRegisterChanged();
        arm().pstate = arm().pstate & ~ProcessorState.DAIF | value & ProcessorState.DAIF;
    }

    @Override
    public long get(SystemRegister register) {
        return switch (register) {
            case MPIDR_EL1 -> Integer.toUnsignedLong(vp.apicId());
            case ID_AA64MMFR0_EL1 -> addressSizeCode();
            default -> arm().get(register);
        };
    }

    /** The largest size that is not above the partition's. */
    private long addressSizeCode() {
        int code = ADDRESS_BITS.length - 1;
        while (code > 0 && ADDRESS_BITS[code] > partition.config().physicalAddressBits()) {
            code--;
        }
        return code;
    }

    @Override
    public void set(SystemRegister register, long value) {
        if (!register.isWritable()) {
            throw ArmException.undefined("MSR " + register);
        }
        arm().set(register, value);
        vp.registersChanged();
        if (partition.observed()) {
            partition.emit(new MachineEvent.SystemRegisterWrite(vp.index(), vp.vtl(), register, value));
        }
    }

    @Override
    public Memory memory() {
        return vp.memory();
    }

    @Override
    public void invalidateTranslations() {
        // Every access walks the tables as they are.
    }

    @Override
    public void hvc(int immediate) {
        switch (immediate) {
            case 0 -> power.call();
            case HYPERCALL -> {
                HypercallControl control = new HypercallControl(x(0));
                setX(0, partition.hypercalls().call(vp, control, x(1), x(2)).value());
            }
            default -> throw ArmException.undefined("HVC #" + immediate);
        }
    }

    @Override
    public void smc() {
        vp.stop(String.format("SMC with X0 0x%x", x(0)));
    }

    @Override
    public void brk(int immediate) {
        throw new ArmException(Syndrome.of(Syndrome.BREAKPOINT, immediate), 0, String.format("BRK #0x%x", immediate));
    }

    @Override
    public void waitForInterrupt() {
        vp.mutableState().active().halted = true;
    }

    @Override
    public long origin() {
        return running.origin();
    }

    @Override
    public long constants() {
        return running.constants();
    }

    @Override
    public long addressOf(String stepName) {
        return running.addressOf(stepName);
    }

    private PartitionState.Keeper keeper() {
        return new PartitionState.Keeper(vp.vtl(), running.number());
    }

    @Override
    public <S extends Record> Optional<S> kept(Class<S> type) {
        Record kept = partition.state().kept.get(keeper());
        return type.isInstance(kept) ? Optional.of(type.cast(kept)) : Optional.empty();
    }

    @Override
    public void keep(Record state) {
        partition.state().kept.put(keeper(), state);
    }
}
