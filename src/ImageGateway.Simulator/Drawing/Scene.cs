namespace ImageGateway.Simulator.Drawing;

/// <summary>A landscape at dusk that depends on nothing but its seed: sky, sun, four ranges of hills.</summary>
internal sealed class Scene
{
    private const int Ranges = 4;
    private readonly Canvas _canvas;
    private readonly Palette _palette;
    private readonly float[][] _ridges = new float[Ranges][];
    private readonly float[] _valleys = new float[Ranges];
    private readonly uint[] _colors = new uint[Ranges];
    private readonly float _sunX;
    private readonly float _sunY;
    private readonly float _sunRadius;

    private Scene(Canvas canvas, ReadOnlySpan<byte> seed)
    {
        _canvas = canvas;
        _palette = new Palette(seed);
        _sunX = canvas.Width * (0.55f + 0.3f * seed[2] / 255);
        _sunY = canvas.Height * (0.5f + 0.14f * seed[3] / 255);
        _sunRadius = Math.Min(canvas.Width, canvas.Height) * (0.09f + 0.06f * seed[4] / 255);
        for (var range = 0; range < Ranges; range++)
        {
            _ridges[range] = Ridge(range, seed.Slice(5 + range * 3, 3));
            _valleys[range] = _ridges[range].Max();
            _colors[range] = Canvas.Mix(_palette.Haze, _palette.Near, range / (Ranges - 1f));
        }
    }

    public static void Paint(Canvas canvas, ReadOnlySpan<byte> seed)
    {
        var scene = new Scene(canvas, seed);
        for (var y = 0; y < canvas.Height; y++)
            scene.PaintRow(y);
    }

    private void PaintRow(int y)
    {
        var covering = Array.FindLastIndex(_valleys, lowest => lowest <= y);
        if (covering >= 0)
            _canvas.Row(y).Fill(_colors[covering]);
        else
            PaintSky(y);
        for (var range = covering + 1; range < Ranges; range++)
            PaintHills(y, range);
    }

    private void PaintSky(int y)
    {
        var depth = y / (0.72f * _canvas.Height);
        _canvas.Row(y).Fill(Canvas.Mix(_palette.Zenith, _palette.Horizon, depth * depth));
        _canvas.DiscRow(y, _sunX, _sunY, _sunRadius * 2.3f, _palette.Sun, 0.10f);
        _canvas.DiscRow(y, _sunX, _sunY, _sunRadius * 1.55f, _palette.Sun, 0.16f);
        _canvas.DiscRow(y, _sunX, _sunY, _sunRadius, _palette.Sun);
    }

    private void PaintHills(int y, int range)
    {
        var row = _canvas.Row(y);
        var (ridge, color) = (_ridges[range], _colors[range]);
        for (var x = 0; x < row.Length; x++)
        {
            var covered = y + 1 - ridge[x];
            if (covered >= 1)
                row[x] = color;
            else if (covered > 0)
                row[x] = Canvas.Mix(row[x], color, covered);
        }
    }

    // Two waves, a long and a short one, look like hills; the nearer the range, the lower and the longer.
    private float[] Ridge(int range, ReadOnlySpan<byte> seed)
    {
        var ridge = new float[_canvas.Width];
        var middle = _canvas.Height * (0.58f + 0.095f * range);
        var height = _canvas.Height * 0.05f;
        var (phase, shift, waves) = (seed[0] / 40f, seed[1] / 40f, 1.1f + seed[2] / 255f + (Ranges - range) * 0.35f);
        for (var x = 0; x < ridge.Length; x++)
        {
            var turn = x * MathF.Tau / ridge.Length;
            ridge[x] = middle - height * (MathF.Sin(turn * waves + phase) + 0.35f * MathF.Sin(turn * waves * 2.7f + shift));
        }

        return ridge;
    }
}
