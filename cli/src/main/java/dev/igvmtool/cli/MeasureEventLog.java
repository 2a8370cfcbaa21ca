package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.eventlog.EventLog;
import dev.igvmtool.measurement.eventlog.LogEvent;
import dev.igvmtool.measurement.eventlog.LogHash;
import dev.igvmtool.measurement.eventlog.Prediction;
import dev.igvmtool.measurement.eventlog.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code measure --event-log}: options and rows for registers that are extended at run time. */
final class MeasureEventLog {
    private static final int RTMRS = 4;

    @Option(
            names = "--event-log",
            paramLabel = "FILE",
            description = "Replay a CCEL event log (/sys/firmware/acpi/tables/data/CCEL): RTMR0 to RTMR3 of a TD.")
    String log = "";

    @Option(
            names = "--pcr-bank",
            paramLabel = "HASH",
            description = "The log is a TPM's: PCR 0 to 23 of the bank sha1, sha256, sha384 or sha512.")
    String bank = "";

    @Option(
            names = "--replace",
            paramLabel = "EVENT=FILE",
            description = "Predict: event number EVENT (see --trace) measures this file.")
    List<String> replaced = new ArrayList<>();

    @Option(
            names = "--replace-text",
            paramLabel = "EVENT=TEXT",
            description = "Predict: event number EVENT measures this text, such as another kernel command line.")
    List<String> replacedTexts = new ArrayList<>();

    @Option(
            names = "--replace-digest",
            paramLabel = "EVENT=DIGEST",
            description = "Predict: event number EVENT has this SHA-384 digest.")
    List<String> replacedDigests = new ArrayList<>();

    @Option(
            names = "--extend",
            paramLabel = "RTMR=FILE",
            description = "Predict: the register (0 to 3) is extended with this file at the end; also without a log.")
    List<String> extended = new ArrayList<>();

    @Option(
            names = "--extend-digest",
            paramLabel = "RTMR=DIGEST",
            description = "Predict: the register is extended with this SHA-384 digest at the end.")
    List<String> extendedDigests = new ArrayList<>();

    /** A number, and what belongs to it. */
    private record Change(String option, int number, String value) {
        static Change of(String option, String text) {
            int split = text.indexOf('=');
            String number = split < 0 ? "" : text.substring(0, split);
            if (!number.matches("[0-9]{1,6}")) {
                throw new CommandException(option + " " + text + ": expected NUMBER=VALUE");
            }
            return new Change(option, Integer.parseInt(number), text.substring(split + 1));
        }

        Bytes content(Console console) {
            return new InputFile(value).read(console, content -> content);
        }

        int rtmr() {
            if (number >= RTMRS) {
                throw new CommandException(option + " " + number + "=" + value + ": expected a register from 0 to 3");
            }
            return number;
        }
    }

    boolean isAsked() {
        return !log.isEmpty() || !extended.isEmpty() || !extendedDigests.isEmpty();
    }

    /** Options that mean nothing here are not passed over. */
    void checkUnused() {
        boolean replaces = !(replaced.isEmpty() && replacedTexts.isEmpty() && replacedDigests.isEmpty());
        boolean adds = !(extended.isEmpty() && extendedDigests.isEmpty());
        if (log.isEmpty() && replaces) {
            throw new CommandException("--replace, --replace-text and --replace-digest need --event-log");
        }
        if (!bank.isEmpty() && (log.isEmpty() || replaces || adds)) {
            throw new CommandException("--pcr-bank needs --event-log, and goes without predictions");
        }
    }

    List<MeasuredRow> rows(Console console, boolean trace) {
        List<LogEvent> events = log.isEmpty()
                ? List.of()
                : new InputFile(log).read(console, EventLog::read).events();
        List<Step> steps = new ArrayList<>();
        Trace trail = trace ? Trace.into(steps) : Trace.OFF;
        try {
            List<Bytes> registers = bank.isEmpty()
                    ? Replay.rtmrs(predicted(console, events), trail)
                    : Replay.pcrs(events, bank(), trail);
            String name = bank.isEmpty() ? "rtmr" : "pcr";
            List<MeasuredRow> rows = new ArrayList<>();
            for (int i = 0; i < registers.size(); i++) {
                String register = name + i;
                rows.add(new MeasuredRow(
                        register,
                        Map.of("register", register),
                        "",
                        registers.get(i),
                        listener -> steps.stream()
                                .filter(it -> it.what().equals(register))
                                .forEach(listener),
                        Optional.empty()));
            }
            return rows;
        } catch (FormatException e) {
            throw new CommandException((log.isEmpty() ? "prediction" : log) + ": " + e.getMessage(), e);
        }
    }

    private List<LogEvent> predicted(Console console, List<LogEvent> events) {
        Prediction prediction = new Prediction(events);
        for (String text : replaced) {
            Change change = Change.of("--replace", text);
            prediction.replaceContent(change.number, change.content(console));
        }
        for (String text : replacedTexts) {
            Change change = Change.of("--replace-text", text);
            prediction.replaceDigest(change.number, LogHash.SHA384.hash(Bytes.utf8(change.value)));
        }
        for (String text : replacedDigests) {
            Change change = Change.of("--replace-digest", text);
            prediction.replaceDigest(change.number, Hex.sha384(change.option, change.value));
        }
        for (String text : extended) {
            Change change = Change.of("--extend", text);
            prediction.extend(change.rtmr(), change.content(console));
        }
        for (String text : extendedDigests) {
            Change change = Change.of("--extend-digest", text);
            prediction.extendDigest(change.rtmr(), Hex.sha384(change.option, change.value));
        }
        return prediction.events();
    }

    private LogHash bank() {
        return switch (bank) {
            case "sha1" -> LogHash.SHA1;
            case "sha256" -> LogHash.SHA256;
            case "sha384" -> LogHash.SHA384;
            case "sha512" -> LogHash.SHA512;
            default -> throw new CommandException("--pcr-bank " + bank + ": expected sha1, sha256, sha384 or sha512");
        };
    }
}
