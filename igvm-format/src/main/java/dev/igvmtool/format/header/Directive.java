package dev.igvmtool.format.header;

/** A header of the directive section: what the loader does, in file order. */
public sealed interface Directive extends Header
        permits ParameterArea,
                PageData,
                ParameterInsert,
                VpContext,
                RequiredMemory,
                Parameter,
                SnpIdBlock,
                ErrorRange,
                VbsMeasurement,
                UnknownDirective {
    /** Calls the method of {@code visitor} for this case. */
    <R> R accept(Visitor<R> visitor);

    /** One method per case. */
    interface Visitor<R> {
        R parameterArea(ParameterArea header);

        R pageData(PageData header);

        R parameterInsert(ParameterInsert header);

        R vpContext(VpContext header);

        R requiredMemory(RequiredMemory header);

        R parameter(Parameter header);

        R snpIdBlock(SnpIdBlock header);

        R errorRange(ErrorRange header);

        R vbsMeasurement(VbsMeasurement header);

        R unknown(UnknownDirective header);
    }
}
