namespace ImageGateway.Images;

/// <summary>A text field of a form.</summary>
internal readonly record struct FormField(string Name, string Value);

/// <summary>A file of a form that is not an image the gateway knows.</summary>
internal readonly record struct UnknownFile(string Name, string FileName, string? ContentType, SpooledBytes Bytes);

/// <summary>
/// A multipart form without its images, which belong to the job: text fields and unknown files, in order. The upstream form is
/// written anew, so that no second parser can see other parts in it than this one did.
/// </summary>
internal sealed class FormBody(IReadOnlyList<FormField> fields, IReadOnlyList<UnknownFile> files) : RequestBody
{
    public IReadOnlyList<FormField> Fields => fields;

    public IReadOnlyList<UnknownFile> Files => files;

    public override void Dispose()
    {
        foreach (var file in files)
            file.Bytes.Dispose();
    }
}
