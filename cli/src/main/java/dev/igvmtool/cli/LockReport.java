package dev.igvmtool.cli;

import dev.igvmtool.cli.lock.BuildLock;
import dev.igvmtool.cli.lock.BuildLock.Change;
import java.io.IOException;
import java.util.List;

/** What a build has that its lock has not, line by line or as JSON. */
final class LockReport {
    private LockReport() {}

    /** Returns true if nothing changed. */
    static boolean print(Console console, String name, BuildLock locked, BuildLock now, boolean json, boolean quiet)
            throws IOException {
        List<Change> changes = locked.changesTo(now);
        if (json) {
            JsonOutput.print(console, "igvmtool.check/1", out -> {
                out.writeBooleanField("same", changes.isEmpty());
                out.writeObjectFieldStart("tool");
                out.writeStringField("locked", locked.tool());
                out.writeStringField("now", now.tool());
                out.writeEndObject();
                out.writeArrayFieldStart("changes");
                for (Change change : changes) {
                    out.writeStartObject();
                    out.writeStringField("kind", change.kind());
                    out.writeStringField("name", change.name());
                    out.writeStringField("locked", change.locked());
                    out.writeStringField("now", change.now());
                    out.writeEndObject();
                }
                out.writeEndArray();
            });
            return changes.isEmpty();
        }
        for (Change change : changes) {
            console.out()
                    .println(Printable.escape(
                            change.kind() + " " + change.name() + ": " + change.locked() + " -> " + change.now()));
        }
        if (!locked.tool().equals(now.tool()) && !quiet) {
            console.err()
                    .println("igvmtool: "
                            + Printable.escape(name + " was made by " + locked.tool() + ", this is " + now.tool()));
        }
        if (changes.isEmpty() && !quiet) {
            console.err().println("igvmtool: " + Printable.escape(name) + ": nothing changed");
        }
        return changes.isEmpty();
    }
}
