package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import java.util.function.Consumer;

/** Answers the requests of one client. Nothing that a client sends makes it fail: what cannot be done is an error reply. */
final class Requests {
    private static final int FAULT = 0x0e;
    private static final int INVALID = 0x16;
    private static final int BUG = 0x7f;
    private static final int MAX_MEMORY = PacketReader.MAX_PACKET / 2 - 16;

    private final Debugger debugger;
    private final Consumer<String> console;
    private final Motion motion;
    private final Stops stops;
    private final Queries queries;
    private final Monitor monitor;
    private final FileRequests files;
    private boolean acknowledges = true;
    private boolean physical;

    /** VP that register and memory requests speak of. */
    private int selected;

    /**
     * VP that motion requests without one speak of; -1 for the selected one: gdb asks for "any" when it steps back, and
     * means the thread that its user looks at.
     */
    private int moving = -1;

    /** @param console takes text for the user while a request is being answered */
    Requests(GdbServer.Target target, SymbolFiles symbols, Consumer<String> console) {
        this.debugger = target.debugger();
        this.console = console;
        this.stops = new Stops(debugger);
        this.motion = new Motion(debugger, stops, console);
        this.queries = new Queries(debugger, symbols);
        this.monitor = new Monitor(target, symbols, motion, console);
        this.files = new FileRequests(symbols);
        selectNext();
    }

    /** The client is gone. */
    void close() {
        stops.removeAll();
    }

    /** True until the client has asked for a connection without acknowledgements. */
    boolean acknowledges() {
        return acknowledges;
    }

    private void selectNext() {
        debugger.history().next().ifPresent(vp -> selected = vp.index());
    }

    /** The answer to a request. */
    Reply answer(Bytes packet) {
        try {
            return request(GdbSession.text(packet), packet);
        } catch (ProtocolException malformed) {
            return Reply.error(INVALID);
        } catch (IgvmToolException refused) {
            return Reply.error(FAULT);
        } catch (RuntimeException bug) {
            // The client must not lose its session, and its state, to a bug of ours.
            console.accept("this is a bug in igvmtool, please report it: " + bug + "\n");
            return Reply.error(BUG);
        }
    }

    private Reply request(String text, Bytes packet) {
        if (text.isEmpty()) {
            return Reply.UNKNOWN;
        }
        String rest = text.substring(1);
        return switch (text.charAt(0)) {
            case '?' -> Reply.of(stops.last());
            case 'g' -> registers();
            case 'p' -> register(rest);
            case 'P' -> setRegister(rest);
            case 'm' -> readMemory(rest);
            case 'M' -> writeMemory(rest);
            case 'X' -> writeBinary(text, packet);
            case 'H' -> select(rest);
            case 'T' -> thread(rest) >= 0 ? Reply.OK : Reply.error(INVALID);
            case 'Z' -> stops.insert(rest) ? Reply.OK : Reply.UNKNOWN;
            case 'z' -> stops.remove(rest) ? Reply.OK : Reply.UNKNOWN;
            case 'c' -> moved(motion.run());
            case 's' -> moved(motion.step(moving < 0 ? selected : moving));
            case 'b' -> back(rest);
            case 'D' -> Reply.OK.ending(Reply.End.SESSION);
            case 'k' -> Reply.silent(Reply.End.SERVER);
            case 'v' -> verbose(text, packet);
            case 'q', 'Q' -> query(text);
            default -> Reply.UNKNOWN;
        };
    }

    private Reply moved(String stop) {
        selectNext();
        stops.stoppedThread().ifPresent(vp -> selected = vp);
        return Reply.of(stop);
    }

    private Reply back(String kind) {
        return switch (kind) {
            case "s" -> moved(motion.stepBack(moving < 0 ? selected : moving));
            case "c" -> moved(motion.runBack());
            default -> Reply.UNKNOWN;
        };
    }

    private Reply verbose(String text, Bytes packet) {
        if (text.equals("vCont?")) {
            return Reply.of("vCont;c;C;s;S;t;r");
        }
        if (text.startsWith("vCont;")) {
            return moved(motion.resume(text.substring("vCont;".length()).split(";", -1), this::thread));
        }
        if (text.startsWith("vKill")) {
            return Reply.OK.ending(Reply.End.SERVER);
        }
        if (text.startsWith("vFile:")) {
            return files.answer(text.substring("vFile:".length()), packet);
        }
        // vMustReplyEmpty among them.
        return Reply.UNKNOWN;
    }

    private Reply query(String text) {
        if (text.equals("QStartNoAckMode")) {
            acknowledges = false;
            return Reply.OK;
        }
        if (text.startsWith("qRcmd,")) {
            return monitor.command(Hex.bytes(text.substring("qRcmd,".length())).toUtf8());
        }
        if (text.startsWith("qqemu.PhyMemMode")) {
            return Reply.of(physical ? "1" : "0");
        }
        if (text.startsWith("Qqemu.PhyMemMode:")) {
            physical = !text.endsWith(":0");
            return Reply.OK;
        }
        if (text.equals("qC")) {
            return Reply.of("QC" + Integer.toHexString(selected + 1));
        }
        return queries.answer(text, this::thread);
    }

    /** The VP of a thread id; -1 for all, and for 0, which means any, the one that is next. */
    private int thread(String id) {
        if (id.equals("-1")) {
            return -1;
        }
        int number = Hex.count(id, debugger.machine().partition().vpCount());
        return number == 0 ? debugger.history().next().map(Vp::index).orElse(selected) : number - 1;
    }

    private Reply select(String text) {
        if (text.isEmpty()) {
            return Reply.error(INVALID);
        }
        int vp = thread(text.substring(1));
        switch (text.charAt(0)) {
            case 'g' -> selected = Math.max(0, vp);
            case 'c' -> moving = text.endsWith("c0") ? -1 : vp;
            default -> {
                return Reply.error(INVALID);
            }
        }
        return Reply.OK;
    }

    private Vp vp() {
        return debugger.machine().vp(selected);
    }

    private Reply registers() {
        StringBuilder all = new StringBuilder();
        for (GdbRegister register : GdbRegister.ALL) {
            all.append(Hex.of(register.read(vp(), debugger.history().now())));
        }
        return Reply.of(all.toString());
    }

    private Reply register(String number) {
        return Reply.of(Hex.of(find(number).read(vp(), debugger.history().now())));
    }

    private static GdbRegister find(String number) {
        return GdbRegister.ALL.get(Hex.count(number, GdbRegister.ALL.size() - 1));
    }

    private Reply setRegister(String text) {
        String[] parts = text.split("=", 2);
        if (parts.length != 2) {
            return Reply.error(INVALID);
        }
        GdbRegister register = find(parts[0]);
        Bytes value = Hex.bytes(parts[1]);
        boolean whole =
                register.source() instanceof GdbRegister.Source.Named named && named.part() == GdbRegister.Part.WHOLE;
        if (!whole || value.size() != register.sizeBytes()) {
            return Reply.error(INVALID);
        }
        GdbRegister.Source.Named named = (GdbRegister.Source.Named) register.source();
        long number = value.paddedTo(Long.BYTES).u64(0);
        debugger.apply(new Input.RegisterWrite(selected, vp().vtl(), named.hvName(), RegisterValue.of(number)));
        return Reply.OK;
    }

    private Reply readMemory(String text) {
        String[] parts = text.split(",", 2);
        if (parts.length != 2) {
            return Reply.error(INVALID);
        }
        long address = Hex.number(parts[0]);
        int length = Hex.count(parts[1], Integer.MAX_VALUE);
        return Reply.of(Hex.of(memory(address, Math.min(length, MAX_MEMORY))));
    }

    /** As many bytes as can be read; none at all is an error. */
    private Bytes memory(long address, int length) {
        int readable = 0;
        while (readable < length && gpa(address + readable) >= 0) {
            int inPage = PhysicalMemory.PAGE_SIZE - (int) (address + readable & PhysicalMemory.PAGE_SIZE - 1);
            readable += Math.min(inPage, length - readable);
        }
        if (readable == 0 && length > 0) {
            throw new IgvmToolException("no memory there");
        }
        return physical
                ? debugger.machine().physicalMemory().readBytes(address, readable)
                : AddressSpace.of(vp()).read(address, readable);
    }

    /** The physical address of a byte in RAM, -1 if there is none. */
    private long gpa(long address) {
        long gpa = physical ? address : AddressSpace.of(vp()).translate(address).orElse(-1);
        return gpa >= 0 && debugger.machine().physicalMemory().isRam(gpa) ? gpa : -1;
    }

    private Reply writeMemory(String text) {
        String[] parts = text.split("[,:]", 3);
        if (parts.length != 3) {
            return Reply.error(INVALID);
        }
        Bytes content = Hex.bytes(parts[2]);
        return write(Hex.number(parts[0]), Hex.count(parts[1], Integer.MAX_VALUE), content);
    }

    private Reply writeBinary(String text, Bytes packet) {
        int colon = text.indexOf(':');
        String[] parts = colon < 0 ? new String[0] : text.substring(1, colon).split(",", 2);
        if (parts.length != 2) {
            return Reply.error(INVALID);
        }
        return write(Hex.number(parts[0]), Hex.count(parts[1], Integer.MAX_VALUE), packet.from(colon + 1));
    }

    private Reply write(long address, int length, Bytes content) {
        if (content.size() != length) {
            return Reply.error(INVALID);
        }
        for (int done = 0; done < length; ) {
            int inPage = PhysicalMemory.PAGE_SIZE - (int) (address + done & PhysicalMemory.PAGE_SIZE - 1);
            int chunk = Math.min(inPage, length - done);
            long gpa = gpa(address + done);
            if (gpa < 0) {
                return Reply.error(FAULT);
            }
            debugger.apply(new Input.MemoryWrite(gpa, content.slice(done, chunk)));
            done += chunk;
        }
        return Reply.OK;
    }
}
