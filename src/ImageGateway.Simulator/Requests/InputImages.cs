namespace ImageGateway.Simulator.Requests;

/// <summary>Validates the images of an edit or a variation.</summary>
internal static class InputImages
{
    private const int MostImages = 16;
    private const int MostBytes = 50 * 1024 * 1024;
    private const int MostBytesDallE = 4 * 1024 * 1024;

    public static ImageJob Read(RequestBody body, ImageJob job, Surface surface)
    {
        var images = body.Files.Where(file => !file.IsMask).ToArray();
        var name = body.IsMultipart ? "image" : "images";
        if (images.Length == 0)
            throw ProviderErrors.Missing(name);
        CheckCount(images.Length, job.Model.IsGpt ? MostImages : 1, name);
        for (var i = 0; i < images.Length; i++)
            CheckFile(images[i], i + 1, job.Model, surface);
        var mask = body.Files.FirstOrDefault(file => file.IsMask);
        if (mask is not null)
            CheckMask(mask, images[0]);
        return job with { Images = images, HasMask = mask is not null };
    }

    private static void CheckCount(int count, int most, string name)
    {
        if (count > most)
            throw ProviderErrors.OutOfRange(name, "array_above_max_length", $"array too long. Expected an array with maximum length {most}, but got an array with length {count} instead.");
    }

    private static void CheckFile(InputFile file, int position, SimulatedModel model, Surface surface)
    {
        if (file.IsReference)
            return;
        string[] types = (model.IsGpt, surface) switch
        {
            (false, _) => ["image/png"],
            (true, Surface.OpenAI) => ["image/jpeg", "image/png", "image/webp"],
            _ => ["image/jpeg", "image/png"],
        };
        if (!types.Contains(file.ContentType))
            throw UnsupportedType(file, types);
        if (file.Header is null || !types.Contains("image/" + file.Header.Format) || (!model.IsGpt && file.Header.Width != file.Header.Height))
            throw ProviderErrors.UserError("invalid_image_file", null, $"Invalid image file or mode for image {position}, please check your image file.");
        if (file.Bytes >= (model.IsGpt ? MostBytes : MostBytesDallE))
            throw ProviderErrors.Invalid("image", $"Invalid file 'image': the file is too large ({file.Bytes} bytes).");
    }

    private static ProviderException UnsupportedType(InputFile file, string[] types) =>
        ProviderErrors.OutOfRange("image", "unsupported_file_mimetype", $"unsupported mimetype ('{file.ContentType}'). Supported file formats are {string.Join(", ", types.Select(type => $"'{type}'"))}.");

    // A palette mask is reported by its size too, as callers of the real service found.
    private static void CheckMask(InputFile mask, InputFile image)
    {
        if (mask.IsReference || image.IsReference)
            return;
        if (mask.Header is not { Format: "png" } header || header.Width != image.Header!.Width || header.Height != image.Header.Height)
            throw InvalidMask("mask size does not match image size");
        if (!header.HasAlpha)
            throw InvalidMask("mask image missing alpha channel");
    }

    private static ProviderException InvalidMask(string reason) =>
        ProviderErrors.UserError("invalid_mask_image_format", null, $"Invalid mask image format - {reason}");
}
