using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>Writes the multipart form of an edit: one picture as <c>image</c>, several as <c>image[]</c>, as the official clients do.</summary>
internal static class FormContent
{
    /// <summary>The form of a job: its text fields with the edits applied, its pictures and its mask.</summary>
    public static MultipartFormDataContent Create(ImageJob job, IReadOnlyList<FormField> fields, ParameterEdit[] edits)
    {
        var form = new MultipartFormDataContent();
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

    private static void AddText(MultipartFormDataContent form, string name, string value)
    {
        var part = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        part.Headers.ContentDisposition = Disposition(name);
        form.Add(part);
    }

    // The type of a picture is what its bytes show, whatever the client said of them.
    private static void AddFile(MultipartFormDataContent form, string name, InputImage image) =>
        AddFile(form, name, image.FileName, image.Header.ContentType, image.Bytes);

    private static void AddFile(MultipartFormDataContent form, string name, string fileName, string? contentType, SpooledBytes bytes)
    {
        var part = new SpooledContent(bytes);
        part.Headers.ContentDisposition = Disposition(name);
        part.Headers.ContentDisposition.FileName = Quoted(fileName);
        part.Headers.ContentType = MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : new MediaTypeHeaderValue("application/octet-stream");
        form.Add(part);
    }

    private static ContentDispositionHeaderValue Disposition(string name) => new("form-data") { Name = Quoted(name) };

    // Names are quoted always, since servers differ on bare ones; line breaks and quotes as browsers write them,
    // and other control characters likewise, which no header may hold.
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
