package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.Debugger;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Questions about what the server can do and what the target is. */
final class Queries {
    private static final int MAX_CHUNK = PacketReader.MAX_PACKET / 2;

    private final Debugger debugger;
    private final SymbolFiles symbols;

    Queries(Debugger debugger, SymbolFiles symbols) {
        this.debugger = debugger;
        this.symbols = symbols;
    }

    Reply answer(String text, ToIntFunction<String> thread) {
        if (text.startsWith("qSupported")) {
            return Reply.of(
                    "PacketSize=" + Integer.toHexString(PacketReader.MAX_PACKET)
                            + ";QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;ReverseStep+;ReverseContinue+"
                            + ";qXfer:features:read+;qXfer:memory-map:read+;qXfer:threads:read+;qXfer:libraries:read+;qXfer:exec-file:read+");
        }
        if (text.startsWith("qXfer:")) {
            return transfer(text.substring("qXfer:".length()));
        }
        if (text.startsWith("qThreadExtraInfo,")) {
            int vp = thread.applyAsInt(text.substring("qThreadExtraInfo,".length()));
            return Reply.of(
                    Hex.of(Bytes.utf8(TargetDescription.about(debugger.machine().vp(Math.max(0, vp))))));
        }
        return switch (text) {
            case "qfThreadInfo" -> Reply.of(threads());
            case "qsThreadInfo" -> Reply.of("l");
            case "qAttached" -> Reply.of("1");
            case "qSymbol::" -> Reply.OK;
            default -> Reply.UNKNOWN;
        };
    }

    private String threads() {
        StringBuilder ids = new StringBuilder("m");
        for (int i = 0; i < debugger.machine().partition().vpCount(); i++) {
            ids.append(i == 0 ? "" : ",").append(Integer.toHexString(i + 1));
        }
        return ids.toString();
    }

    /** {@code OBJECT:read:ANNEX:OFFSET,LENGTH}. */
    private Reply transfer(String text) {
        String[] parts = text.split(":", 4);
        if (parts.length != 4 || !parts[1].equals("read")) {
            return Reply.UNKNOWN;
        }
        Optional<String> object =
                switch (parts[0]) {
                    case "features" ->
                        parts[2].equals("target.xml") ? Optional.of(TargetDescription.features()) : Optional.empty();
                    case "memory-map" -> Optional.of(TargetDescription.memoryMap(debugger.machine()));
                    case "threads" -> Optional.of(TargetDescription.threads(debugger.machine()));
                    case "libraries" -> Optional.of(TargetDescription.libraries(symbols.stages()));
                    case "exec-file" -> symbols.structures().map(file -> "/" + file.name());
                    default -> Optional.empty();
                };
        if (object.isEmpty()) {
            return parts[0].equals("features") ? Reply.error(0) : Reply.UNKNOWN;
        }
        String[] range = parts[3].split(",", 2);
        if (range.length != 2) {
            throw new ProtocolException();
        }
        Bytes content = Bytes.utf8(object.get());
        int offset = Math.min(Hex.count(range[0], Integer.MAX_VALUE), content.size());
        int length = Math.min(Math.min(Hex.count(range[1], Integer.MAX_VALUE), MAX_CHUNK), content.size() - offset);
        String mark = offset + length < content.size() ? "m" : "l";
        Bytes part = content.slice(offset, length);
        return Reply.of(mark + GdbSession.text(part));
    }
}
