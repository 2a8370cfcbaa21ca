package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Registers after every event of a log extended them: {@code register = hash(register || digest)}. */
public final class Replay {
    private static final int RTMR_COUNT = 4;
    private static final int PCR_COUNT = 24;
    private static final int FIRST_DYNAMIC_PCR = 17;
    private static final int LAST_DYNAMIC_PCR = 22;
    private static final Bytes STARTUP_LOCALITY = Bytes.utf8("StartupLocality\0");

    private final LogHash hash;
    private final Bytes[] registers;
    private final int firstNumber;
    private final String name;
    private final Trace trace;

    private Replay(LogHash hash, int count, int firstNumber, String name, Trace trace) {
        this.hash = hash;
        this.registers = new Bytes[count];
        this.firstNumber = firstNumber;
        this.name = name;
        this.trace = trace;
        Arrays.fill(registers, Bytes.zeros(hash.size()));
    }

    /**
     * RTMR0 to RTMR3 of a TD.
     *
     * @throws FormatException if an event has no SHA-384 digest, or is for another register
     */
    public static List<Bytes> rtmrs(List<LogEvent> events, Trace trace) {
        return new Replay(LogHash.SHA384, RTMR_COUNT, 1, "rtmr", trace).replay(events);
    }

    /**
     * PCR 0 to PCR 23 of a TPM.
     *
     * @throws FormatException if an event has no digest of the bank, or is for another register
     */
    public static List<Bytes> pcrs(List<LogEvent> events, LogHash bank, Trace trace) {
        Replay replay = new Replay(bank, PCR_COUNT, 0, "pcr", trace);
        byte[] ones = new byte[bank.size()];
        Arrays.fill(ones, (byte) 0xff);
        Arrays.fill(replay.registers, FIRST_DYNAMIC_PCR, LAST_DYNAMIC_PCR + 1, Bytes.wrap(ones));
        for (LogEvent event : events) {
            // A start from another locality shows in the start value of PCR 0.
            int size = STARTUP_LOCALITY.size();
            if (!event.isMeasured()
                    && event.data().size() == size + 1
                    && event.data().slice(0, size).equals(STARTUP_LOCALITY)) {
                byte[] start = new byte[bank.size()];
                start[start.length - 1] = event.data().get(size);
                replay.registers[0] = Bytes.wrap(start);
            }
        }
        return replay.replay(events);
    }

    private List<Bytes> replay(List<LogEvent> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).isMeasured()) {
                try {
                    extend(i, events.get(i));
                } catch (FormatException e) {
                    throw e.in("event " + i + " of the event log");
                }
            }
        }
        return List.of(registers);
    }

    private void extend(int index, LogEvent event) {
        long number = event.register() - firstNumber;
        if (number < 0 || number >= registers.length) {
            throw new FormatException("register " + event.register() + ", expected " + firstNumber + " to "
                    + (firstNumber + registers.length - 1));
        }
        Bytes digest = event.digest(hash).orElseThrow(() -> new FormatException("no digest of kind " + hash));
        if (digest.size() != hash.size()) {
            throw new FormatException(
                    "digest of " + digest.size() + " bytes, expected " + hash.size() + " for " + hash);
        }
        registers[(int) number] = hash.hash(registers[(int) number], digest);
        if (trace.isOn()) {
            EventData data = EventData.check(event, hash);
            String detail = "event " + index + ", " + EventType.text(event.type()) + ", " + data.text();
            trace.add(new Step(
                    name + number, OptionalLong.empty(), data == EventData.MATCHES, detail, registers[(int) number]));
        }
    }
}
