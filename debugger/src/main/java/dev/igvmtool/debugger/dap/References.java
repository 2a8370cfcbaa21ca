package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.lsp4j.debug.Variable;

/** Numbers for what has parts. They hold until the run moves. */
final class References {
    /** More than a client can show; one that asks for more gets no parts. */
    private static final int MAX_REFERENCES = 1 << 16;

    private final List<Supplier<List<Item>>> groups = new ArrayList<>();

    /** Forgets all numbers. */
    void clear() {
        groups.clear();
    }

    /** A number for some parts, from 1; 0 if there are too many. */
    int add(Supplier<List<Item>> group) {
        if (groups.size() >= MAX_REFERENCES) {
            return 0;
        }
        groups.add(group);
        return groups.size();
    }

    /** The parts that a number stands for. */
    List<Item> items(int reference) {
        if (reference < 1 || reference > groups.size()) {
            throw new IgvmToolException("reference " + reference + " is not known at this moment");
        }
        return groups.get(reference - 1).get();
    }

    /** One of the parts. */
    Item item(int reference, String name) {
        return items(reference).stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IgvmToolException("no " + name + " there"));
    }

    Variable variable(Item item) {
        Variable variable = new Variable();
        variable.setName(item.name());
        variable.setValue(item.value());
        if (!item.path().isEmpty()) {
            variable.setEvaluateName(item.path());
        }
        variable.setVariablesReference(item.inside().map(this::add).orElse(0));
        item.place().ifPresent(place -> variable.setMemoryReference(MemoryReference.of(place)));
        return variable;
    }
}
