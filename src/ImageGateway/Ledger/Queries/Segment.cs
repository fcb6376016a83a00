namespace ImageGateway.Ledger.Queries;

/// <summary>A part of a period, and the table to read it from.</summary>
/// <param name="Source">The table.</param>
/// <param name="From">Unix ms, inclusive.</param>
/// <param name="To">Unix ms, exclusive.</param>
internal readonly record struct Segment(SumSource Source, long From, long To);

/// <summary>The tables with totals, the finest first.</summary>
internal enum SumSource { Entries, Hours, Days, Totals }

/// <summary>Divides a period so that each part is read from the table with the fewest rows, while the sum stays exact.</summary>
internal static class Segments
{
    /// <summary>The parts of [<paramref name="from"/>, <paramref name="to"/>), all in Unix ms.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="coarsest">The preferred table; totals of a wider bucket cannot be split.</param>
    /// <param name="now">No entries are later, so a period that ends then may be read to the end of its day.</param>
    public static IEnumerable<Segment> Of(long from, long to, SumSource coarsest, long now)
    {
        if (to >= now)
            to = Math.Max(to, Up(now + 1, UsageSum.Day));
        return Cut(from, to, coarsest);
    }

    private static IEnumerable<Segment> Cut(long from, long to, SumSource source)
    {
        if (from >= to)
            yield break;
        if (source == SumSource.Entries)
        {
            yield return new Segment(source, from, to);
            yield break;
        }
        var width = source == SumSource.Hours ? UsageSum.Hour : UsageSum.Day;
        var finer = source == SumSource.Hours ? SumSource.Entries : SumSource.Hours;
        var (first, last) = (Up(from, width), to / width * width);
        if (first >= last)
        {
            foreach (var part in Cut(from, to, finer))
                yield return part;
            yield break;
        }
        foreach (var part in Cut(from, first, finer))
            yield return part;
        yield return new Segment(source, first, last);
        foreach (var part in Cut(last, to, finer))
            yield return part;
    }

    private static long Up(long moment, long width) => (moment + width - 1) / width * width;
}
