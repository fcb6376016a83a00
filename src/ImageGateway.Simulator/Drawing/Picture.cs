using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Simulator.Drawing;

/// <summary>What a simulated picture is to show.</summary>
/// <param name="Prompt">Drawn as large as it fits.</param>
/// <param name="Caption">The line of parameters at the foot.</param>
/// <param name="Seed">Everything that makes this picture differ from others; equal seeds give equal bytes.</param>
internal sealed record Picture(string Prompt, string Caption, string Seed, int Width, int Height, bool Transparent)
{
    private const int CoarsestSquare = 64;

    private static readonly ConcurrentDictionary<(int Width, int Height, bool Transparent), byte[]> Stock = new();

    /// <summary>True: the same landscape as all of its size, drawn once; only the provenance is its own.</summary>
    public bool IsStock { get; init; }

    /// <summary>The finished PNG.</summary>
    public byte[] Draw() => IsStock ? FromStock(Seed) : Draw(squares: 0);

    /// <summary>The n-th preview: a landscape of coarse squares, finer with each; the text can be read from the first.</summary>
    public byte[] DrawPartial(int index) => IsStock ? FromStock($"{Seed} partial={index}") : Draw(CoarsestSquare >> index);

    private byte[] FromStock(string provenance) =>
        PngWriter.WithProvenance(Stock.GetOrAdd((Width, Height, Transparent), _ => (this with { Seed = "" }).Draw(squares: 0)), provenance);

    private byte[] Draw(int squares)
    {
        using var canvas = new Canvas(Width, Height);
        Scene.Paint(canvas, SHA256.HashData(Encoding.UTF8.GetBytes(Seed)));
        if (squares > 0)
            canvas.Pixelate(squares);
        Write(canvas);
        if (Transparent)
            CutOut(canvas);
        return PngWriter.Encode(canvas, Transparent, Seed);
    }

    private void Write(Canvas canvas)
    {
        var side = Math.Min(Width, Height);
        // A cut-out keeps a disc only, so its text stays inside the square that fits into it.
        int marginX = Transparent ? (Width - side * 7 / 10) / 2 : side / 16, marginY = Transparent ? (Height - side * 7 / 10) / 2 : side / 16;
        int width = Width - 2 * marginX, height = Height - 2 * marginY;
        var captionDot = Math.Clamp(width / (Font.Advance * Math.Max(Caption.Length, 1)), 1, Math.Max(1, side / 200));
        var captionHeight = Lettering.HeightOf(Caption, width, captionDot);
        // The sky is the page: the text ends above the hills, where it would be hard to read.
        Lettering.Fit(canvas, Prompt, marginX, marginY, width, height / 2, side / 85);
        Lettering.Fit(canvas, Caption, marginX, Height - marginY - captionHeight, width, captionHeight, captionDot);
    }

    private void CutOut(Canvas canvas)
    {
        var radius = Math.Min(Width, Height) / 2f;
        for (var y = 0; y < Height; y++)
        {
            var dy = y + 0.5f - Height / 2f;
            var half = MathF.Sqrt(MathF.Max(0, radius * radius - dy * dy));
            int first = (int)MathF.Ceiling(Width / 2f - half), last = (int)MathF.Floor(Width / 2f + half);
            canvas.Row(y)[..Math.Clamp(first, 0, Width)].Clear();
            canvas.Row(y)[Math.Clamp(Math.Max(first, last), 0, Width)..].Clear();
        }
    }
}
