using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>Writes the multipart form of an edit: one image as <c>image</c>, several as <c>image[]</c>, like the official clients.</summary>
internal static class FormContent
{
    /// <summary>The form of a job: its text fields with the edits applied, its images and its mask.</summary>
    public static MultipartContent Create(ImageJob job, IReadOnlyList<FormField> fields, ParameterChange[] edits)
    {
        // Names are UTF-8, as browsers write them; the framework's own writer would use MIME encoded-words.
        var form = new MultipartContent("form-data") { HeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        foreach (var edit in edits)
        {
            if (edit.Value is not null)
                AddText(form, edit.Name, edit.Value);
        }
        foreach (var field in fields)
        {
            if (!Array.Exists(edits, edit => edit.Name == field.Name))
                AddText(form, field.Name, field.Value);
        }
        foreach (var image in job.Images)
            AddFile(form, job.Images.Count == 1 ? "image" : "image[]", image);
        if (job.Mask is { } mask)
            AddFile(form, "mask", mask);
        foreach (var file in (job.Body as FormBody)?.Files ?? [])
            AddFile(form, file.Name, file.FileName, file.ContentType, file.Bytes);
        return form;
    }

    private static void AddText(MultipartContent form, string name, string value)
    {
        var part = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name={Quoted(name)}");
        form.Add(part);
    }

    // The media type of an image comes from its bytes, whatever the client declared.
    private static void AddFile(MultipartContent form, string name, InputImage image) =>
        AddFile(form, name, image.FileName, image.Header.ContentType, image.Bytes);

    private static void AddFile(MultipartContent form, string name, string fileName, string? contentType, SpooledBytes bytes)
    {
        var part = new SpooledContent(bytes);
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name={Quoted(name)}; filename={Quoted(fileName)}");
        part.Headers.ContentType = MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : new MediaTypeHeaderValue("application/octet-stream");
        form.Add(part);
    }

    // Names are always quoted, since servers differ on unquoted ones; line breaks and quotes are escaped as browsers do, and so
    // are other control characters, which a header must not contain.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            if (char.IsControl(letter) || letter == '"')
                quoted.Append(CultureInfo.InvariantCulture, $"%{(int)letter:X2}");
            else
                quoted.Append(letter);
        }
        return quoted.Append('"').ToString();
    }
}
