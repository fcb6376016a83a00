using System.Buffers;

namespace ImageGateway.Images.Masks;

/// <summary>An interlaced mask in memory, one byte per pixel, since its last pass touches every other line; counts against the budget.</summary>
internal sealed class MaskPlane : IDisposable
{
    private readonly BufferBudget _budget;
    private readonly int _width;
    private readonly int _size;
    private readonly byte[] _values;

    private MaskPlane(PngHeader header, BufferBudget budget)
    {
        (_budget, _width, _size) = (budget, header.Width, (int)header.Pixels);
        if (!budget.TryTake(_size))
            throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "Too many large requests are held in memory now. Please try again, or send a mask that is not interlaced.") { RetryAfter = TimeSpan.FromSeconds(1) });
        _values = ArrayPool<byte>.Shared.Rent(_size);
    }

    /// <summary>Reads all passes of an image whose reading has started.</summary>
    /// <exception cref="GatewayException">The budget is exhausted.</exception>
    public static MaskPlane Read(PngReader picture, BufferBudget budget, CancellationToken cancellationToken)
    {
        var plane = new MaskPlane(picture.Header, budget);
        try
        {
            var line = new byte[picture.Header.Width];
            foreach (var pass in PngPass.Of(picture.Header))
            {
                cancellationToken.ThrowIfCancellationRequested();
                plane.Add(picture, pass, line.AsSpan(0, pass.Width));
            }
            return plane;
        }
        catch
        {
            plane.Dispose();
            throw;
        }
    }

    /// <summary>A line of the image.</summary>
    public ReadOnlyMemory<byte> Line(int y) => _values.AsMemory(y * _width, _width);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_values);
        _budget.Return(_size);
    }

    private void Add(PngReader picture, PngPass pass, Span<byte> line)
    {
        for (var y = 0; y < pass.Height; y++)
        {
            picture.Line(line, isFirst: y == 0);
            var start = ((pass.Y + (y * pass.StepY)) * _width) + pass.X;
            for (var x = 0; x < line.Length; x++)
                _values[start + (x * pass.StepX)] = line[x];
        }
    }
}
