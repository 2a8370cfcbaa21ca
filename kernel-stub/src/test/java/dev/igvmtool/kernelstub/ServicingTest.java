package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.get.GetChannel;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.RestorePiece;
import dev.igvmtool.abi.get.SavePiece;
import dev.igvmtool.abi.get.SaveRequest;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.synic.HostPort;
import dev.igvmtool.machine.synic.SynIc;
import dev.igvmtool.paravisor.exit.CrashRegisters;
import dev.igvmtool.paravisor.exit.GuestDevices;
import dev.igvmtool.paravisor.exit.Uart;
import dev.igvmtool.paravisor.saved.SavedDevices;
import dev.igvmtool.paravisor.saved.SavedMemory;
import dev.igvmtool.paravisor.saved.SavedUnits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The paravisor and its host, when the host replaces it; VP 1 is one of Linux. */
class ServicingTest {
    private static final String HELLO = "guest: hello from VTL0";

    /** A host that follows a script, and notes what it is told. */
    private static final class Host implements HostPort {
        private final KernelMachine kernel;
        private final List<String> told = new ArrayList<>();
        private final ByteWriter saved = new ByteWriter();
        private final Bytes restore;
        private int restored;
        private int versionAnswer = 1;
        private boolean saveBeforeAnswer;

        private Host(KernelMachine kernel, Bytes restore) {
            this.kernel = kernel;
            this.restore = restore;
            kernel.machine.partition().connections().connect(GetChannel.CONNECTION, this);
        }

        @Override
        public int post(int messageType, Bytes payload) {
            assertEquals(GetChannel.MESSAGE_TYPE, messageType);
            GetMessage message = GetMessage.read(payload);
            told.add(message.header().type() + "/" + message.header().id());
            if (message.is(GetMessage.HOST_REQUEST, GetMessage.NEGOTIATE_VERSION)) {
                assertEquals(0x0004_0002, message.body().u32(0));
                if (saveBeforeAnswer) {
                    requestSave();
                }
                answer(message, new ByteWriter().u16(versionAnswer).toBytes());
            } else if (message.is(GetMessage.HOST_REQUEST, GetMessage.RESTORE_STATE)) {
                int count = Math.min(RestorePiece.MAX_CONTENT, restore.size() - restored);
                Bytes piece = restore.slice(restored, count);
                restored += count;
                int status = restored == restore.size() ? GetMessage.SUCCESS : GetMessage.MORE;
                answer(message, new RestorePiece(status, piece).toBytes());
            } else if (message.is(GetMessage.HOST_REQUEST, GetMessage.SAVE_STATE)) {
                SavePiece piece = SavePiece.read(message.body());
                saved.bytes(piece.content());
                told.set(told.size() - 1, "save " + piece.status());
                answer(message, new ByteWriter().u16(GetMessage.SUCCESS).toBytes());
            }
            return HvStatus.SUCCESS;
        }

        private void answer(GetMessage request, Bytes body) {
            send(GetMessage.of(GetMessage.HOST_RESPONSE, request.header().id(), body));
        }

        private void requestSave() {
            send(GetMessage.of(
                    GetMessage.GUEST_NOTIFICATION,
                    GetMessage.SAVE,
                    SaveRequest.CODEC.toBytes(new SaveRequest(Bytes.wrap(new byte[16]), 0, 200))));
        }

        private void send(GetMessage message) {
            assertEquals(
                    HvStatus.SUCCESS,
                    SynIc.queue(
                            kernel.machine.vp(0),
                            2,
                            GetChannel.SINT,
                            new HvMessage(GetChannel.MESSAGE_TYPE, message.toBytes())));
        }

        @Override
        public Record save() {
            return new HvMessage(0, Bytes.EMPTY);
        }

        @Override
        public void restore(Record state) {}
    }

    private static KernelMachine machine(String options) {
        KernelMachine kernel = ParavisorTest.machine(2, options);
        kernel.machine.ports().add(new Serial(Serial.COM1));
        return kernel;
    }

    private static String guestText(KernelMachine kernel) {
        StringBuilder text = new StringBuilder();
        kernel.events.forEach(event -> {
            if (event instanceof MachineEvent.PortOut out && out.port() == Serial.COM1) {
                text.append((char) out.value());
            }
        });
        return text.toString();
    }

    @Test
    void stateGoesToTheHostAndToTheNextShim() {
        KernelMachine kernel = machine("");
        Host host = new Host(kernel, Bytes.EMPTY);
        kernel.machine.run(500_000, m -> guestText(kernel).length() > 5);
        assertEquals(List.of("2/1", "2/21", "1/7"), host.told, kernel::trouble);

        host.requestSave();
        assertEquals(StopReason.IDLE, kernel.machine.run(500_000), kernel::trouble);
        assertTrue(guestText(kernel).length() < HELLO.length(), "VTL0 has stopped: " + guestText(kernel));
        assertEquals("save 0", host.told.get(host.told.size() - 1), host.told::toString);
        assertTrue(host.told.contains("save 2"), "more than one piece: " + host.told);

        SavedUnits units = SavedUnits.decode(host.saved.toBytes());
        assertEquals(3, units.init().firmware());
        assertTrue(units.init().stopTime() > 0);
        assertEquals(
                List.of("chipset", "vp/0"),
                units.units().stream().map(SavedUnits.Unit::name).toList());
        Uart eightBits = new Uart(0, 0, 3, 0, 0, 1);
        assertEquals(
                new GuestDevices(eightBits, CrashRegisters.NONE),
                SavedDevices.decode(units.find("chipset").orElseThrow()));

        PersistedStateHeader header =
                kernel.machine.physicalMemory().read(PersistedStateHeader.CODEC, KernelMachine.VTL2.start());
        assertEquals(
                new PersistedStateHeader(
                        PersistedStateHeader.MAGIC, 0x800_1000, 0x1_3000, header.protobufPayloadLength()),
                header);
        Bytes payload = kernel.machine.physicalMemory().readBytes(0x800_1000, (int) header.protobufPayloadLength());
        assertEquals(SavedMemory.of(KernelMachine.tree(2, List.of())), SavedState.decode(payload));
    }

    @Test
    void theNextInstanceGoesOnWhereTheFirstStopped() {
        KernelMachine first = machine("");
        Host firstHost = new Host(first, Bytes.EMPTY);
        first.machine.run(500_000, m -> guestText(first).length() > 5);
        firstHost.requestSave();
        first.machine.run(500_000);

        KernelMachine second = machine("");
        Host host = new Host(second, firstHost.saved.toBytes());
        second.machine.run(500_000);
        assertEquals(List.of("2/1", "2/21"), host.told.subList(0, 2));
        assertEquals("1/5", host.told.get(host.told.size() - 1), host.told::toString);
        assertTrue(second.console.text().toUtf8().contains("state restored; VTL0 did not run for"), second::trouble);
        // Nothing was loaded for VTL0, which this machine has never run.
        assertEquals(0, second.machine.vp(0).state().gpr(0, Gpr.RSP));
        assertTrue(guestText(second).isEmpty());
    }

    @Test
    void aWishThatComesEarlyIsRemembered() {
        KernelMachine kernel = machine("");
        Host host = new Host(kernel, Bytes.EMPTY);
        host.saveBeforeAnswer = true;
        kernel.machine.run(500_000);
        assertEquals("save 0", host.told.get(host.told.size() - 1), host.told::toString);
        assertEquals("", guestText(kernel));
    }

    @Test
    void aPausedMachineIsNotServiced() {
        KernelMachine kernel = machine(" OPENHCL_VTL0_STARTS_PAUSED=1");
        Host host = new Host(kernel, Bytes.EMPTY);
        kernel.machine.run(500_000);
        host.requestSave();
        kernel.machine.run(500_000);
        host.requestSave();
        kernel.machine.run(500_000);
        assertEquals(List.of("2/1", "2/21", "1/7", "save 1", "save 1"), host.told, kernel::trouble);
        assertEquals(0, host.saved.size());
    }

    @Test
    void aHostThatRefusesTheVersionIsFatal() {
        KernelMachine kernel = machine("");
        Host host = new Host(kernel, Bytes.EMPTY);
        host.versionAnswer = 0;
        kernel.machine.run(500_000);
        assertEquals(List.of("2/1"), host.told);
        assertTrue(
                kernel.console.text().toUtf8().contains("fatal: host refuses version 4.2 of its channel"),
                kernel::trouble);
    }
}
