using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>
/// The parts of a form while it is read. A known parameter that is repeated is refused, because two readers may pick different
/// ones, and so is one that is a file: it would pass the gateway unread, and the provider might read it.
/// </summary>
internal sealed class FormParts : IParameterSource, IDisposable
{
    private readonly List<FormField> _fields = [];
    private readonly List<UnknownFile> _files = [];

    public InputImages Inputs { get; } = new();

    public IReadOnlyList<FormField> Fields => _fields;

    /// <summary>Files that the gateway does not know; they are forwarded unchanged.</summary>
    public IReadOnlyList<UnknownFile> Files => _files;

    /// <summary>Adds a text field and returns its length.</summary>
    public int AddField(string name, string value)
    {
        if (KnownParameters.Names.Contains(name) && _fields.Exists(field => field.Name == name))
            throw new GatewayException(ErrorKind.InvalidValue, $"The field '{GatewayException.Shortened(name)}' appears twice in the form.", GatewayException.Shortened(name));
        _fields.Add(new FormField(name, value));
        return value.Length;
    }

    public void AddFile(string name, string? role, string fileName, string? contentType, SpooledBytes bytes)
    {
        if (role == "image")
            Inputs.Add(InputImages.Identified(bytes, fileName, role), role);
        else if (role == "mask")
            Inputs.SetMask(InputImages.Identified(bytes, fileName, role));
        else if (KnownParameters.Names.Contains(name))
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{name}': it is a file. Allowed: a text field without a filename.", name);
        else
            _files.Add(new UnknownFile(name, fileName, contentType, bytes));
    }

    public string? Text(string name)
    {
        foreach (var field in _fields)
        {
            if (field.Name == name)
                return field.Value;
        }
        return null;
    }

    public int? Number(string name, int min, int max)
    {
        if (Text(name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max && !text.EndsWith('\0')
            ? number
            : throw GatewayException.Invalid(name, text, $"an integer from {min} to {max}");
    }

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        var text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        var text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        var text => throw GatewayException.Invalid(name, text, "true or false"),
    };

    public void Dispose()
    {
        Inputs.Dispose();
        foreach (var file in _files)
            file.Bytes.Dispose();
    }
}
