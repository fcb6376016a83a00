namespace ImageGateway.Simulator.Drawing;

/// <summary>Writes text on a canvas, wrapped at words and as large as its box allows.</summary>
internal static class Lettering
{
    private const int SmallestDot = 2;
    private static readonly (int X, int Y)[] Corners = [(-1, -1), (1, -1), (-1, 1), (1, 1)];

    /// <summary>What wrapped text needs, in pixels.</summary>
    public static int HeightOf(string text, int width, int dot) => Wrap(text, width, dot).Count * Font.LineHeight * dot;

    /// <summary>Fills a box with text from its top.</summary>
    public static void Fit(Canvas canvas, string text, int left, int top, int width, int height, int largestDot)
    {
        var dot = Math.Max(largestDot, 1);
        var lines = Wrap(text, width, dot);
        // A word is broken only when the letters are small already: large letters that cut words are hard to read.
        while (dot > SmallestDot && (Overflows(lines, height, dot) || LongestWord(text) * Font.Advance * dot > width))
            lines = Wrap(text, width, --dot);
        lines = Shorten(lines, Math.Max(1, height / (Font.LineHeight * dot)));
        for (var line = 0; line < lines.Count; line++)
            Write(canvas, lines[line], left, top + line * Font.LineHeight * dot, dot);
    }

    private static void Write(Canvas canvas, string line, int left, int top, int dot)
    {
        for (var i = 0; i < line.Length; i++)
            Letter(canvas, line[i], left + i * Font.Advance * dot + dot / 2, top + dot / 2, dot, Palette.Black, 0.35f);
        for (var i = 0; i < line.Length; i++)
            Letter(canvas, line[i], left + i * Font.Advance * dot, top, dot, Palette.White, 1);
    }

    private static bool Overflows(List<string> lines, int height, int dot) => lines.Count * Font.LineHeight * dot > height;

    private static int LongestWord(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => Math.Min(word.Length, 18)).DefaultIfEmpty(0).Max();

    private static List<string> Wrap(string text, int width, int dot)
    {
        var room = Math.Max(1, width / (Font.Advance * dot));
        var lines = new List<string> { "" };
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).SelectMany(word => word.Chunk(room)))
        {
            var joined = lines[^1].Length == 0 ? new string(word) : $"{lines[^1]} {new string(word)}";
            if (joined.Length <= room)
                lines[^1] = joined;
            else
                lines.Add(new string(word));
        }

        return lines;
    }

    private static List<string> Shorten(List<string> lines, int most)
    {
        if (lines.Count <= most)
            return lines;
        lines.RemoveRange(most, lines.Count - most);
        lines[^1] = lines[^1][..Math.Max(0, lines[^1].Length - 3)] + "...";
        return lines;
    }

    private static void Letter(Canvas canvas, char letter, int left, int top, int dot, uint color, float share)
    {
        for (var row = 0; row < Font.Rows; row++)
        {
            for (var column = 0; column < Font.Columns; column++)
            {
                if (Font.IsSet(letter, column, row))
                    canvas.Rectangle(left + column * dot, top + row * dot, dot, dot, color, share);
                else
                    Smooth(canvas, letter, column, row, left + column * dot, top + row * dot, dot, color, share);
            }
        }
    }

    // Where two dots touch by their corners only, the two empty places beside them get a small triangle: slanted strokes look drawn.
    private static void Smooth(Canvas canvas, char letter, int column, int row, int left, int top, int dot, uint color, float share)
    {
        foreach (var (x, y) in Corners)
        {
            if (!Font.IsSet(letter, column + x, row) || !Font.IsSet(letter, column, row + y) || Font.IsSet(letter, column + x, row + y))
                continue;
            for (int i = 0, length = dot / 2; length > 0; i++, length--)
                canvas.Rectangle(x < 0 ? left : left + dot - length, y < 0 ? top + i : top + dot - 1 - i, length, 1, color, share);
        }
    }
}
