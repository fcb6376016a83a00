namespace ImageGateway.Images.Masks;

/// <summary>
/// A reduced image: every <see cref="StepX"/>th pixel from <see cref="X"/> of every <see cref="StepY"/>th line from
/// <see cref="Y"/>.
/// </summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Width, int Height)
{
    // Adam7 (ISO/IEC 15948 §8.2): each pass has as many pixels as all passes before it together.
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The passes of an image in the file's order: one, or up to seven if it is interlaced. Empty ones are not in the file.</summary>
    public static List<PngPass> Of(PngHeader header)
    {
        if (!header.IsInterlaced)
            return [new PngPass(0, 0, 1, 1, header.Width, header.Height)];
        var passes = new List<PngPass>(Adam7.Length);
        foreach (var (x, y, stepX, stepY) in Adam7)
        {
            if (x < header.Width && y < header.Height)
                passes.Add(new PngPass(x, y, stepX, stepY, Count(header.Width, x, stepX), Count(header.Height, y, stepY)));
        }
        return passes;
    }

    // Not (size - first + step - 1) / step, which a forged size can overflow.
    private static int Count(int size, int first, int step) => ((size - first - 1) / step) + 1;
}
