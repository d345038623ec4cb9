; The boot check for x86 BIOS: a network boot program (PXE 2.1).
; It says on screen and COM1 that network boot works, then hands the machine back to the ROM.

        bits 16
        cpu 386
        org 0x7c00

%define PXENV_UNDI_GET_INFORMATION 0x000c
%define PXENV_GET_CACHED_INFO 0x0071
%define PACKET_DHCP_ACK 2
%define PACKET_CACHED_REPLY 3
%define PXENV_EXIT_SUCCESS 0

%define PACKET_ADDRESS 16               ; yiaddr
%define PACKET_SERVER 20                ; siaddr
%define PACKET_HARDWARE 28              ; chaddr

%define WAIT_TICKS 546                  ; 30 s of 18.2 Hz

; PXE 2.1 section 4.4.5: ES:BX is PXENV+, !PXE is on the stack behind the return address.
start:
        jmp 0:.segment_zero
.segment_zero:
        pushad
        push ds
        push es
        push fs
        push gs
        mov bp, sp
        xor ax, ax
        mov ds, ax
        mov [saved_stack], sp
        mov [saved_stack + 2], ss
        mov [pxenv], bx
        mov [pxenv + 2], es
        mov eax, [ss:bp + 8 + 32 + 4]
        mov [pxe], eax
        cld
        sti
        call find_serial
        call find_api
        call ask_api

        mov si, words.title
        call put_text
        call put_facts
        mov si, text_block.text
        call put_text
        call drop_old_keys
        mov si, words.wait
        call put_text
        call wait_for_key
        mov si, words.next
        call put_text

        lss sp, [saved_stack]
        pop gs
        pop fs
        pop es
        pop ds
        popad
        mov ax, PXENV_EXIT_SUCCESS      ; iPXE shows any other as an error; the BIOS tries its next device with both
        retf

; ---------------------------------------------------------------- the API of the ROM

; Leaves in [entry] what is to be called, or 0.
find_api:
        les di, [pxe]
        call is_pxe
        jnc .taken
        les di, [pxenv]
        call is_pxenv
        jnc .taken
        mov ax, 0x5650                  ; PXE installation check
        int 0x1a
        jc .none
        cmp ax, 0x564e
        jne .none
        mov di, bx
        call is_pxenv
        jnc .taken
.none:
        xor eax, eax
.taken:
        mov [entry], eax
        ret

; ES:DI points to !PXE: EAX is its entry, carry clear.
is_pxe:
        cmp dword [es:di], '!PXE'
        jne no_structure
        movzx cx, byte [es:di + 4]
        cmp cx, 0x14
        jb no_structure
        call sums_to_zero
        jne no_structure
        mov eax, [es:di + 0x10]
        jmp is_entry

; ES:DI points to PXENV+: EAX is the entry of the !PXE it names, else its own, carry clear.
is_pxenv:
        cmp dword [es:di], 'PXEN'
        jne no_structure
        cmp word [es:di + 4], 'V+'
        jne no_structure
        movzx cx, byte [es:di + 8]
        cmp cx, 0x0e
        jb no_structure
        call sums_to_zero
        jne no_structure
        cmp word [es:di + 6], 0x0201
        jb .own
        push es
        push di
        les di, [es:di + 0x28]
        call is_pxe
        pop di
        pop es
        jnc has_entry
.own:
        mov eax, [es:di + 0x0a]
is_entry:
        test eax, eax
        jz no_structure
has_entry:
        clc
        ret
no_structure:
        stc
        ret

; Zero flag: the CX octets at ES:DI sum up to 0.
sums_to_zero:
        push di
        xor al, al
.next:
        add al, [es:di]
        inc di
        loop .next
        pop di
        test al, al
        ret

; Calls the API: BX is the function, DI its parameters in segment 0. Carry set when it failed.
; Registers for PXENV+, the stack for !PXE.
call_api:
        cmp dword [entry], 0
        je no_structure
        push es
        pushad
        xor ax, ax
        mov es, ax
        push ax
        push di
        push bx
        call far [entry]
        add sp, 6
        cld
        sti
        mov [exit_code], ax
        popad
        pop es
        cmp word [exit_code], 0
        jne no_structure
        cmp word [di], 0
        jne no_structure
        clc
        ret

; Fills [hardware], [address] and [server].
ask_api:
        mov ax, PACKET_DHCP_ACK
        call get_packet
        jc .reply
        mov eax, [packet + PACKET_ADDRESS]
        mov [address], eax
        mov eax, [packet + PACKET_SERVER]
        mov [server], eax
        mov si, packet + PACKET_HARDWARE
        call keep_hardware
.reply:
        mov ax, PACKET_CACHED_REPLY
        call get_packet
        jc .undi
        mov eax, [packet + PACKET_SERVER]
        test eax, eax
        jz .undi
        mov [server], eax
.undi:
        mov bx, PXENV_UNDI_GET_INFORMATION
        mov di, undi
        call call_api
        jc .done
        cmp word [undi + 10], 6
        jne .done
        mov si, undi + 12
        call keep_hardware
.done:
        ret

keep_hardware:
        mov eax, [si]
        mov [hardware], eax
        mov ax, [si + 4]
        mov [hardware + 4], ax
        ret

; AX is the type. Carry set when there is no such packet.
get_packet:
        mov di, cached_info
        mov word [di], 0
        mov [di + 2], ax
        mov word [di + 4], packet_room
        mov dword [di + 6], packet
        mov word [di + 10], packet_room
        mov bx, PXENV_GET_CACHED_INFO
        call call_api
        jc .none
        cmp word [di + 4], 236          ; RFC 2131 section 2: up to the options
        jb .none
        clc
        ret
.none:
        stc
        ret

; ---------------------------------------------------------------- what it says

put_facts:
        mov si, words.hardware
        call put_text
        mov eax, [hardware]
        or ax, [hardware + 4]
        jz .no_hardware
        mov si, hardware
        mov cx, 6
.octet:
        lodsb
        call put_hex
        mov al, ':'
        dec cx
        jz .hardware_done
        call put
        jmp .octet
.no_hardware:
        mov si, words.unknown
        call put_text
.hardware_done:
        mov si, words.address
        call put_text
        mov si, address
        mov di, words.no_address
        call put_address
        mov si, words.server
        call put_text
        mov si, server
        mov di, words.unknown
        call put_address
        mov si, words.end_of_facts
        jmp put_text

; The four octets at SI, or the text at DI when they are 0.
put_address:
        cmp dword [si], 0
        jne .octets
        mov si, di
        jmp put_text
.octets:
        mov cx, 4
.octet:
        lodsb
        call put_decimal
        dec cx
        jz .done
        mov al, '.'
        call put
        jmp .octet
.done:
        ret

put_decimal:
        xor ah, ah
        mov bl, 10
        div bl
        push ax
        test al, al
        jz .ones
        call put_decimal
.ones:
        pop ax
        mov al, ah
        add al, '0'
        jmp put

put_hex:
        push ax
        shr al, 4
        call .digit
        pop ax
        and al, 15
.digit:
        add al, '0'
        cmp al, '9'
        jbe .plain
        add al, 'a' - '9' - 1
.plain:
        jmp put

; Text at SI up to NUL; a line feed begins a new line.
put_text:
        lodsb
        test al, al
        jz .done
        cmp al, 10
        jne .plain
        mov al, 13
        call put
        mov al, 10
.plain:
        call put
        jmp put_text
.done:
        ret

put:
        pushad
        push ds
        mov ah, 0x0e
        mov bx, 7
        push ax
        int 0x10
        pop ax
        pop ds
        mov dx, [serial]
        test dx, dx
        jz .done
        mov bl, al
        add dx, 5                       ; line status
        mov cx, 0xffff
.busy:
        in al, dx
        test al, 0x20
        jnz .free
        in al, 0x80                     ; about a microsecond
        loop .busy
        mov word [serial], 0            ; nobody takes the letters
        jmp .done
.free:
        mov al, bl
        sub dx, 5
        out dx, al
.done:
        popad
        ret

; ---------------------------------------------------------------- COM1

; A BIOS that answers int 10h itself, not through a video ROM, sends the screen over the serial line already
; (SeaBIOS without graphics, servers with console redirection): written once more, every letter would come twice.
find_serial:
        mov ax, [0x10 * 4 + 2]
        cmp ax, 0xc000
        jb .none
        cmp ax, 0xe000
        jae .none
        mov dx, [0x400]
        test dx, dx
        jz .none
        mov bx, dx
        add dx, 5
        in al, dx
        cmp al, 0xff
        je .none
        mov [serial], bx
        lea dx, [bx + 1]
        xor al, al
        out dx, al                      ; no interrupts
        lea dx, [bx + 3]
        mov al, 0x80
        out dx, al
        mov dx, bx
        mov al, 1                       ; 115200 baud
        out dx, al
        inc dx
        xor al, al
        out dx, al
        lea dx, [bx + 3]
        mov al, 3                       ; 8 bits, no parity
        out dx, al
        inc dx
        out dx, al                      ; DTR, RTS
.none:
        ret

; ---------------------------------------------------------------- 30 s, or a key

; Before the text is written: a key pressed at its first letter must count.
drop_old_keys:
        mov cx, 64
.old:
        call take_key
        loopnz .old
        ret

wait_for_key:
        mov cx, WAIT_TICKS
        mov bx, [0x46c]
.again:
        call take_key
        jnz .done
        mov ax, [0x46c]
        cmp ax, bx
        je .again
        mov bx, ax
        loop .again
.done:
        ret

; Zero flag clear: a key was there.
take_key:
        push bx
        push cx
        mov ah, 1
        int 0x16
        jz .serial
        xor ah, ah
        int 0x16
        jmp .taken
.serial:
        mov dx, [serial]
        test dx, dx
        jz .done
        add dx, 5
        in al, dx
        test al, 1
        jz .done
        sub dx, 5
        in al, dx
.taken:
        or al, 1
.done:
        pop cx
        pop bx
        ret

; ---------------------------------------------------------------- data

words:
.title:
        db 10, 'Bootlace boot check', 10, 10
        db 'Network boot works: this program came over the network and runs.', 10, 10, 0
.hardware:
        db '  MAC address    ', 0
.address:
        db 10, '  Address        ', 0
.server:
        db 10, '  Architecture   x86-bios', 10, '  Boot server    ', 0
.end_of_facts:
        db 10, 10, 0
.no_address:
        db 'none: no DHCP server gave one', 0
.unknown:
        db 'unknown: the network card does not tell', 0
.wait:
        db 10, 'Press a key for the next boot device; it comes by itself in 30 s.', 10, 0
.next:
        db 'On to the next boot device.', 10, 0

saved_stack:    dd 0
pxenv:          dd 0
pxe:            dd 0
entry:          dd 0
exit_code:      dw 0
serial:         dw 0
address:        dd 0
server:         dd 0
hardware:       times 6 db 0
cached_info:    times 12 db 0
undi:           times 52 db 0

; What only the server knows. It finds the mark and writes its text behind it; the size never changes.
        align 16, db 0
text_block:
        db 'BOOTLACE-TEXT-01'
.text:  times 1008 db 0

; Behind the file: nothing that is loaded.
packet          equ $
packet_room     equ 1536
