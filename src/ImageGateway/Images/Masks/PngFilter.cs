namespace ImageGateway.Images.Masks;

/// <summary>
/// Reverses the filter of a scan line (ISO/IEC 15948 §9.2): each byte is stored as the difference from a prediction by its
/// neighbours.
/// </summary>
internal static class PngFilter
{
    /// <summary>Restores <paramref name="row"/> in place.</summary>
    /// <param name="type">The filter: 0 to 4.</param>
    /// <param name="row">The line's bytes.</param>
    /// <param name="above">The line before it, already restored; zeros before the first.</param>
    /// <param name="step">Bytes per pixel, at least one: the distance of the left neighbour.</param>
    /// <exception cref="InvalidDataException">The filter is unknown.</exception>
    public static void Undo(byte type, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (type)
        {
            case 0: break;
            case 1: Sub(row, step); break;
            case 2: Up(row, above); break;
            case 3: Average(row, above, step); break;
            case 4: Paeth(row, above, step); break;
            default: throw new InvalidDataException("filter");
        }
    }

    private static void Sub(Span<byte> row, int step)
    {
        for (var i = step; i < row.Length; i++)
            row[i] += row[i - step];
    }

    private static void Up(Span<byte> row, ReadOnlySpan<byte> above)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] += above[i];
    }

    private static void Average(Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] += (byte)(((i < step ? 0 : row[i - step]) + above[i]) / 2);
    }

    private static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] += i < step ? above[i] : Nearest(row[i - step], above[i], above[i - step]);
    }

    // §9.4: the neighbour nearest to left + up - corner; on a tie left, then up.
    private static byte Nearest(byte left, byte up, byte corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - corner - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
