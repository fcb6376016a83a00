using ImageGateway.Images;
using ImageGateway.Images.Masks;

namespace ImageGateway.Api.Reading;

/// <summary>The images of a request while it is read; disposes them when reading fails.</summary>
internal sealed class InputImages : IDisposable
{
    /// <summary>Most images of one edit, for any model.</summary>
    private const int Most = 16;

    private readonly List<InputImage> _images = [];

    public IReadOnlyList<InputImage> Images => _images;

    public InputImage? Mask { get; private set; }

    public void Add(InputImage image, string param)
    {
        _images.Add(image);
        CheckCount(_images.Count, param);
    }

    public void SetMask(InputImage mask)
    {
        var isFirst = Mask is null;
        if (!isFirst)
            mask.Dispose();
        Mask ??= mask;
        if (!isFirst)
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'mask': only one mask is allowed.", "mask");
    }

    public static void CheckCount(int count, string param)
    {
        if (count > Most)
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': {count} images. Allowed: 1 to {Most} images.", param);
    }

    /// <summary>Identifies an image by its bytes, not by what the client says.</summary>
    public static InputImage Identified(SpooledBytes bytes, string? fileName, string param)
    {
        var header = ImageHeader.Read(bytes);
        if (header is null && param == "mask")
            throw new GatewayException(ErrorKind.InvalidMask, "Invalid mask image format - the mask is not a PNG.", "mask");
        if (header is null)
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': a file is not a readable image. Allowed: PNG, JPEG or WebP.", param);
        return new InputImage(fileName ?? $"{param}.{header.FormatName}", bytes, header);
    }

    /// <summary>Checks the mask before anything is spent, and converts it to the alpha mask that providers accept.</summary>
    public async Task PrepareMaskAsync(MaskMode? mode, BlockPool pool, BufferBudget budget, CancellationToken cancellationToken)
    {
        CheckMask(mode);
        if (mode is null || Mask is not { } mask)
            return;
        Mask = await LuminanceMask.ConvertAsync(mask, mode.Value, pool, budget, cancellationToken);
        mask.Dispose();
    }

    public void Dispose()
    {
        foreach (var image in _images)
            image.Dispose();
        Mask?.Dispose();
    }

    // A PNG of the first image's size, with an alpha channel unless its brightness is the mask.
    private void CheckMask(MaskMode? mode)
    {
        if (Mask is not { Header: var mask } || _images.Count == 0)
            return;
        var first = _images[0].Header;
        if (mask.Format != ImageFormat.Png)
            throw Wrong($"the mask is a {mask.ContentType}, not a PNG");
        if (!mask.HasAlpha && mode is null)
            throw Wrong("mask image missing alpha channel");
        if (mask.Width != first.Width || mask.Height != first.Height)
            throw Wrong($"mask size {mask.Width}x{mask.Height} does not match image size {first.Width}x{first.Height}");
    }

    private static GatewayException Wrong(string reason) => new(
        ErrorKind.InvalidMask,
        $"Invalid mask image format - {reason}. Allowed: a PNG with the dimensions of the first image, and an alpha channel or '{LuminanceMask.Parameter}' set to {MaskModes.Allowed}.",
        "mask");
}
