package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionState;
import java.util.Optional;

/** The processor that the program on one VP sees: each instruction, handed to the part of the VP that answers it. */
final class VpCpu implements Cpu {
    private final Vp vp;
    private final Partition partition;
    private final StageCode stages;
    private final SystemRegisters registers;
    private final PlatformAccess platform;
    private final SnpInstructions snp;
    private final TdxInstructions tdx;
    private final ControlTransfers transfers;

    VpCpu(Vp vp, StageCode stages) {
        this.vp = vp;
        this.partition = vp.partition();
        this.stages = stages;
        this.registers = new SystemRegisters(vp);
        this.platform = new PlatformAccess(vp, partition, stages);
        this.snp = new SnpInstructions(vp, stages, platform);
        this.tdx = new TdxInstructions(vp, stages, platform);
        this.transfers = new ControlTransfers(vp, this);
    }

    PlatformAccess platform() {
        return platform;
    }

    private VtlState running() {
        return vp.state().active();
    }

    // ---- registers ----

    @Override
    public long get(Gpr register) {
        return vp.get(register);
    }

    @Override
    public void set(Gpr register, long value) {
        vp.set(register, value);
    }

    @Override
    public long rip() {
        return vp.rip();
    }

    @Override
    public void jump(long address) {
        if (!PageWalker.isCanonical(address)) {
            throw GuestException.generalProtection(String.format("jump to 0x%x, which is not canonical", address));
        }
        vp.plainRegisterChanged();
        running().rip = address;
    }

    @Override
    public long rflags() {
        return running().rflags;
    }

    @Override
    public void setRflags(long value) {
        registers.setRflags(value);
    }

    @Override
    public long get(ControlRegister register) {
        return registers.control(register);
    }

    @Override
    public void set(ControlRegister register, long value) {
        registers.setControl(register, value);
    }

    @Override
    public SegmentValue get(SegmentRegister register) {
        return running().segment(register);
    }

    @Override
    public void set(SegmentRegister register, SegmentValue value) {
        running().setSegment(register, value);
        vp.registersChanged();
    }

    @Override
    public TableValue gdtr() {
        return running().gdtr;
    }

    @Override
    public void setGdtr(TableValue value) {
        vp.requireKernel("LGDT");
        vp.plainRegisterChanged();
        running().gdtr = value;
    }

    @Override
    public TableValue idtr() {
        return running().idtr;
    }

    @Override
    public void setIdtr(TableValue value) {
        vp.requireKernel("LIDT");
        vp.plainRegisterChanged();
        running().idtr = value;
    }

    @Override
    public long debugRegister(int number) {
        return registers.debug(number);
    }

    @Override
    public void setDebugRegister(int number, long value) {
        registers.setDebug(number, value);
    }

    @Override
    public void saveFxState(long address) {
        requireFxAlignment(address);
        vp.memory().writeBytes(address, vp.state().fxState());
    }

    @Override
    public void restoreFxState(long address) {
        requireFxAlignment(address);
        vp.plainRegisterChanged();
        vp.state().setFxState(vp.memory().readBytes(address, VpState.FX_BYTES));
    }

    private static void requireFxAlignment(long address) {
        if ((address & 15) != 0) {
            throw GuestException.generalProtection(String.format("FX state at 0x%x is not aligned", address));
        }
    }

    // ---- memory and waiting ----

    @Override
    public Memory memory() {
        return vp.memory();
    }

    @Override
    public void invlpg(long address) {
        vp.requireKernel("INVLPG");
        // Every access walks the tables as they are.
    }

    @Override
    public void halt() {
        platform.halt();
    }

    @Override
    public void pause() {
        // Every turn is one step; it ends anyhow.
    }

    // ---- platform ----

    @Override
    public long readMsr(int number) {
        return platform.readMsr(number);
    }

    @Override
    public void writeMsr(int number, long value) {
        platform.writeMsr(number, value);
    }

    @Override
    public long readTimeStampCounter() {
        return partition.time().timeStampCounter();
    }

    @Override
    public void pvalidate() {
        snp.pvalidate();
    }

    @Override
    public void rmpadjust() {
        snp.rmpadjust();
    }

    @Override
    public void vmgexit() {
        snp.vmgexit();
    }

    @Override
    public void tdcall() {
        tdx.tdcall();
    }

    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        return platform.cpuid(leaf, subleaf);
    }

    @Override
    public int in(int port, int sizeBytes) {
        return platform.in(port, sizeBytes);
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        platform.out(port, sizeBytes, value);
    }

    @Override
    public void callHypercallPage(long address) {
        platform.callHypercallPage(address);
    }

    @Override
    public void interruptReturn() {
        transfers.interruptReturn();
    }

    @Override
    public void systemCall() {
        transfers.systemCall();
    }

    @Override
    public void systemReturn() {
        transfers.systemReturn();
    }

    @Override
    public long origin() {
        return stages.running().origin();
    }

    @Override
    public long constants() {
        return stages.running().constants();
    }

    @Override
    public long addressOf(String stepName) {
        return stages.running().addressOf(stepName);
    }

    private PartitionState.Keeper keeper() {
        return new PartitionState.Keeper(vp.vtl(), stages.running().number());
    }

    @Override
    public <S extends Record> Optional<S> kept(Class<S> type) {
        Record record = partition.state().kept.get(keeper());
        return type.isInstance(record) ? Optional.of(type.cast(record)) : Optional.empty();
    }

    @Override
    public void keep(Record record) {
        partition.state().kept.put(keeper(), record);
    }
}
